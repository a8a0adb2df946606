// SPDX-License-Identifier: Apache-2.0
#include "common/domain/says.h"

/* The name is for programs and for ever; the sentences are for people and may be improved. */
struct sentence {
	const char *name;
	const char *says[2]; /* by enum language */
};

/* clang-format off */
static const struct sentence reasons[] = {
	[REASON_NONE] = { "none", { "Không có lỗi.", "Nothing is wrong." } },
#define S(reason, name, vi, en) [REASON_##reason] = { name, { vi, en } },
	S(UNDECODABLE, "undecodable",
	  "Bản tin không đọc được: không đúng cấu trúc tiendo.v1. Hãy cập nhật phần mềm của đơn vị "
	  "rồi gửi lại.",
	  "The message cannot be read as tiendo.v1. Update the office's software and send it "
	  "again.")
	S(NOT_YET, "not_yet",
	  "Máy chủ chưa hỗ trợ loại nội dung này. Bản tin được giữ tại đơn vị và sẽ gửi lại khi "
	  "máy chủ nâng cấp.",
	  "The server does not take this kind of content yet. It stays at the office and is "
	  "offered again later.")
	S(UNKNOWN_UNIT, "unknown_unit",
	  "Không có đơn vị nào mang mã này. Hãy kiểm tra lại mã đơn vị trong danh mục.",
	  "No unit bears this code. Check the unit code in the catalogue.")
	S(UNIT_CLOSED, "unit_closed",
	  "Vào ngày số liệu, mã này không thuộc đơn vị nào đang hoạt động. Hãy kiểm tra mã đơn vị "
	  "và ngày số liệu.",
	  "No unit bore this code on the as-of date. Check the unit code and the date.")
	S(UNKNOWN_ITEM, "unknown_item",
	  "Không có nhiệm vụ hoặc chỉ tiêu nào mang mã này. Hãy kiểm tra lại mã trong danh mục.",
	  "No task or indicator bears this code. Check the item code in the catalogue.")
	S(ITEM_CLOSED, "item_closed",
	  "Nhiệm vụ hoặc chỉ tiêu không còn (hoặc chưa) hiệu lực vào ngày số liệu. Hãy kiểm tra "
	  "lại ngày số liệu.",
	  "The task or indicator is not open on the as-of date. Check the date.")
	S(NOT_A_LEAF, "not_a_leaf",
	  "Đây là kế hoạch hoặc nhóm, số liệu được tự tổng hợp. Hãy báo cáo cho từng nhiệm vụ, chỉ "
	  "tiêu bên dưới.",
	  "This is a plan or a group; its figures are added up. Report the tasks and indicators "
	  "below it.")
	S(OUT_OF_SCOPE, "out_of_scope",
	  "Tài khoản này không có quyền báo cáo cho đơn vị đã nêu. Chỉ báo cáo cho đơn vị mình và "
	  "các đơn vị cấp dưới.",
	  "This key may not report for that unit: only for its own unit and those below it.")
	S(NOT_ASSIGNED, "not_assigned",
	  "Đơn vị không được giao nhiệm vụ, chỉ tiêu này. Hãy kiểm tra mã hoặc liên hệ cơ quan chủ "
	  "trì kế hoạch.",
	  "This unit is not assigned this item. Check the code or ask the owner of the plan.")
	S(WRONG_BODY, "wrong_body",
	  "Loại số liệu không đúng với chỉ tiêu, ví dụ gửi tỷ lệ cho một nhiệm vụ. Hãy nhập đúng "
	  "biểu mẫu của chỉ tiêu.",
	  "The kind of figure does not fit the item, e.g. a ratio sent for a task. Use the form of "
	  "the item.")
	S(NUMERATOR_ABOVE_DENOMINATOR, "numerator_above_denominator",
	  "Tử số lớn hơn mẫu số. Hãy kiểm tra lại hai số; với chỉ tiêu này tỷ lệ không thể vượt "
	  "100%.",
	  "The numerator is above the denominator. Check both; this ratio cannot pass 100%.")
	S(OUT_OF_RANGE, "out_of_range",
	  "Giá trị nằm ngoài giới hạn cho phép. Hãy kiểm tra lại số hoặc ngày đã nhập.",
	  "The value is outside its bounds. Check the number or the date.")
	S(CONTRADICTION, "contradiction",
	  "Các trường của nhiệm vụ mâu thuẫn nhau: chưa triển khai thì 0%; đang thực hiện thì "
	  "0-99%; hoàn thành thì 100%, "
	  "có sản phẩm và ngày hoàn thành không sau ngày số liệu.",
	  "The task's fields contradict each other: not started means 0 %; in progress 0-99 %; "
	  "done means 100 % with a "
	  "product and a date of completion not after the as-of date.")
	S(REASON_REQUIRED, "reason_required",
	  "Thiếu lý do: trạng thái nhiệm vụ lùi lại so với lần báo cáo trước, hoặc số liệu được đính chính, "
	  "rút lại. Hãy ghi rõ lý do rồi gửi lại.",
	  "The reason is missing: the state of the task goes backwards, or a report is corrected or "
	  "withdrawn. Give the reason and send it again.")
	S(AS_OF_IN_FUTURE, "as_of_in_future",
	  "Ngày số liệu nằm trong tương lai. Hãy nhập ngày không sau hôm nay.",
	  "The as-of date is in the future. Give a date that is not after today.")
	S(AS_OF_MISSING, "as_of_missing",
	  "Thiếu ngày số liệu. Hãy nhập ngày mà số liệu phản ánh.",
	  "The as-of date is missing. Give the day that the figures describe.")
	S(TEXT_NOT_UTF8, "text_not_utf8",
	  "Nội dung không phải UTF-8. Hãy chuyển phông chữ sang Unicode (không dùng TCVN3, VNI) "
	  "rồi nhập lại.",
	  "The text is not UTF-8. Convert it to Unicode and enter it again.")
	S(TEXT_NOT_NFC, "text_not_nfc",
	  "Nội dung dùng Unicode tổ hợp. Hãy chuyển sang Unicode dựng sẵn (NFC) rồi nhập lại.",
	  "The text is not in composed Unicode (NFC). Convert it and enter it again.")
	S(TEXT_TOO_LONG, "text_too_long",
	  "Nội dung quá dài. Hãy rút gọn, phần chi tiết để trong văn bản được dẫn chiếu.",
	  "The text is too long. Shorten it and leave the details to the document referred to.")
	S(TEXT_CONTROL, "text_control",
	  "Nội dung có ký tự điều khiển hoặc ký tự đảo chiều chữ. Hãy xoá các ký tự đó hoặc gõ lại "
	  "đoạn văn.",
	  "The text has control or direction-changing characters. Remove them or type the passage "
	  "again.")
	S(PERSONAL_ID, "personal_id",
	  "Nội dung có số định danh cá nhân (12 chữ số). Không được gửi dữ liệu cá nhân: hãy xoá "
	  "số đó rồi gửi lại.",
	  "The text has a citizen's identity number (12 digits). Personal data must not be sent: "
	  "remove it.")
	S(BAD_PERIOD, "bad_period",
	  "Mã kỳ báo cáo không đúng: mã sai, mục không có kỳ đó, hoặc ngày số liệu nằm ngoài kỳ. "
	  "Ví dụ mã đúng: 2024-04a, 2024-04, 2024-04x, 2024-Q1, 2024, 2024-W14.",
	  "The period code is not right: badly written, none of this item's, or the day of the figures is "
	  "outside it. Right are: 2024-04a, 2024-04, 2024-04x, 2024-Q1, 2024, 2024-W14.")
	S(NOTHING_NOT_ALLOWED, "nothing_not_allowed",
	  "Không được báo \"không phát sinh\" cho nhiệm vụ hoặc chỉ tiêu thời điểm, cũng không báo \"không "
	  "thay đổi\" cho số phát sinh trong kỳ. Hãy báo số liệu cụ thể (có thể là 0).",
	  "\"None arisen\" is not for a task or a level at a date, and \"unchanged\" not for what happens "
	  "anew in each period. Report the figure itself (it may be 0).")
	S(TOO_LARGE, "too_large",
	  "Bản tin vượt quá 4 KiB. Hãy rút gọn ghi chú rồi gửi lại.",
	  "The update is above 4 KiB. Shorten its notes and send it again.")
	S(BAD_SEQ, "bad_seq",
	  "Số thứ tự trong bản tin không khớp với vị trí của nó. Hãy báo quản trị viên kiểm tra "
	  "phần mềm của đơn vị.",
	  "The number inside the update is not that of its place. Have the office's software "
	  "checked.")
	S(NOT_STANDING, "not_standing",
	  "Biên nhận này không phải của số liệu đang có hiệu lực của đơn vị cho mục và kỳ đó (có thể đã rút "
	  "hoặc đã thay). Hãy xem lại biên nhận trong danh sách.",
	  "The receipt is not that of a report of this unit, item and period that still stands: it may "
	  "have been withdrawn or replaced. Look it up in the list of receipts.")
	S(NOTHING_STANDS, "nothing_stands",
	  "Chưa có số liệu nào để xác nhận không thay đổi. Hãy báo cáo số liệu cụ thể.",
	  "There is no earlier figure to confirm. Report the figure itself.")
	S(UNKNOWN_OBSTACLE, "unknown_obstacle",
	  "Không có vướng mắc nào mang số biên nhận này về mục đã nêu. Hãy kiểm tra lại số.",
	  "No obstacle about this item has that receipt. Check the number.")
	S(OBSTACLE_STATE, "obstacle_state",
	  "Vướng mắc đang ở trạng thái không cho phép bước này (đã đóng, hoặc chưa đóng). Hãy xem lại "
	  "trạng thái trước khi làm tiếp.",
	  "The obstacle's state does not allow this step: it is closed already, or not closed. Look at its "
	  "state first.")
	S(NOT_YOURS, "not_yours",
	  "Bước này thuộc đơn vị khác: chỉ đơn vị nêu vướng mắc được đóng hoặc mở lại, chỉ nơi được hỏi trả lời. "
	  "Hãy gửi ý kiến thay cho bước đó.",
	  "This step is another office's: only the raiser closes and reopens, only the addressee answers. "
	  "Send a comment instead.")
	S(UNKNOWN_NOTICE, "unknown_notice",
	  "Không có thông báo nào với số này gửi cho đơn vị. Hãy xem lại hộp thư đến.",
	  "No notice of that number is addressed to this unit. Look into the inbox.")
	S(UNKNOWN_MILESTONE, "unknown_milestone",
	  "Nhiệm vụ không có mốc tiến độ mang số này cho đơn vị. Hãy kiểm tra lại danh sách mốc.",
	  "The task has no milestone of that number for this unit. Check the list of milestones.")
	S(FIELD_MISSING, "field_missing",
	  "Thiếu một mục bắt buộc. Hãy điền mục được nêu tên rồi gửi lại.",
	  "A required field is missing. Fill in the one that is named and send it again.")
	S(DUE_NOT_LATER, "due_not_later",
	  "Ngày xin gia hạn không sau hạn hiện tại. Hãy đề nghị một ngày muộn hơn.",
	  "The day asked for is not after the due date in force. Ask for a later one.")
	S(PENDING, "pending",
	  "Đề nghị cùng loại của đơn vị cho mục này đang chờ quyết định. Hãy đợi kết quả trước khi gửi lại.",
	  "The same request of this unit for this item waits for its decision. Wait for it first.")
	S(RESTORED, "restored",
	  "Máy chủ đã được khôi phục từ bản sao lưu sau khi gửi thông báo này, nên lần đọc đó không còn được tính; "
	  "đơn vị không làm gì sai. Hãy mở hộp thư đến và đọc các thông báo hiện có.",
	  "The centre was restored from a backup after it had sent this notice, so that reading does not count any "
	  "more; the office did nothing wrong. Open the inbox and read the notices that are there now.")
	S(GAP, "gap",
	  "Thiếu bản tin trước đó trong chuỗi gửi. Phần mềm sẽ tự gửi lại từ số được yêu cầu.",
	  "Earlier updates of the stream are missing. The agent sends again from the number "
	  "expected.")
	S(CONFLICT, "conflict",
	  "Số thứ tự này đã được nhận với nội dung khác. Không nhận gì thêm; hãy kiểm tra hàng đợi "
	  "có bị sao chép không.",
	  "This number was taken before with other content. Nothing was taken; check for a copied "
	  "spool.")
	S(BUSY, "busy",
	  "Máy chủ đang bận hoặc hết chỗ lưu. Bản tin vẫn nằm trong hàng đợi và sẽ tự gửi lại.",
	  "The server is busy or out of space. The update stays queued and is sent again by "
	  "itself.")
	S(BAD_SESSION, "bad_session",
	  "Phiên kết nối đã hết hiệu lực. Phần mềm sẽ tự mở phiên mới.",
	  "The session is no longer valid. The agent opens a new one by itself.")
	S(BAD_VERSION, "bad_version",
	  "Hai bên không có phiên bản giao thức chung. Hãy cập nhật phần mềm của đơn vị.",
	  "There is no protocol version that both sides know. Update the software.")
	S(BAD_FRAME, "bad_frame",
	  "Khung tin không đúng quy cách của giao thức. Hãy kiểm tra hoặc cập nhật phần mềm gửi.",
	  "The frames are not those of the protocol. Check or update the sending software.")
	S(BATCH_TOO_LARGE, "batch_too_large",
	  "Gói tin vượt quá 64 bản tin hoặc 48 KiB. Hãy chia thành gói nhỏ hơn.",
	  "The batch is above 64 updates or 48 KiB. Send smaller ones.")
	S(FORBIDDEN, "forbidden",
	  "Vai trò hoặc phạm vi của tài khoản không cho phép yêu cầu này. Hãy liên hệ quản trị "
	  "viên nếu cần quyền.",
	  "The key's role or scope does not allow this question. Ask the administrator if you need "
	  "it.")
	S(REVOKED, "revoked",
	  "Khoá truy cập đã bị thu hồi. Hãy liên hệ quản trị viên để được cấp khoá mới.",
	  "The key has been revoked. Ask the administrator for a new one.")
	S(EPOCH_LIMIT, "epoch_limit",
	  "Đơn vị tạo hàng đợi mới quá nhiều lần. Hãy chờ một giờ hoặc liên hệ quản trị viên.",
	  "Too many new spools. Wait an hour or ask the administrator.")
	S(UNKNOWN_TYPE, "unknown_type",
	  "Loại thông điệp không xác định. Hãy cập nhật phần mềm của hai bên cho cùng phiên bản.",
	  "Unknown type of message. Bring both sides to the same version.")
	S(ROLLED_BACK, "rolled_back",
	  "Biên nhận cho thấy máy chủ đã mất dữ liệu. Bản tin được giữ lại; quản trị viên phải xác "
	  "nhận trước khi nhận tiếp.",
	  "A receipt proves that the server lost entries. Updates are kept; the operator must "
	  "confirm first.")
	S(FOREIGN_RECEIPT, "foreign_receipt",
	  "Biên nhận không phải do máy chủ này cấp. Hãy kiểm tra địa chỉ máy chủ và hàng đợi của "
	  "đơn vị.",
	  "The receipt was not given by this server. Check the server's address and the office's "
	  "spool.")
	S(NOT_FOUND, "not_found",
	  "Không tìm thấy nội dung được hỏi. Hãy kiểm tra lại mã.",
	  "What was asked for does not exist. Check the code.")
	S(STALE_CURSOR, "stale_cursor",
	  "Số liệu đã chuyển sang thế hệ mới trong khi đọc. Hãy đọc lại từ trang đầu.",
	  "The generation changed while paging. Read again from the first page.")
#undef S
};

static const bool permanent[] = {
#define X(name, number, is_permanent) [number] = is_permanent,
	REASONS(X)
#undef X
};

static const struct sentence csv_faults[] = {
#define S(fault, name, vi, en) [CSV_##fault] = { name, { vi, en } },
	S(OK, "ok", "Không có lỗi.", "Nothing is wrong.")
	S(NOT_UTF8, "not_utf8", "Tệp không phải UTF-8. Trong Excel hãy lưu bằng \"CSV UTF-8\".",
	  "The file is not UTF-8. Save it in Excel as \"CSV UTF-8\".")
	S(NO_HEADER, "no_header", "Tệp không có dòng tiêu đề. Hãy ghi tên các cột ở dòng đầu tiên.",
	  "The file has no header. Put the column names on the first line.")
	S(UNKNOWN_COLUMN, "unknown_column",
	  "Tên cột không có trong mẫu. Hãy sửa tên hoặc bỏ cột này.",
	  "The form has no such column. Correct its name or remove it.")
	S(DUPLICATE_COLUMN, "duplicate_column", "Cột xuất hiện hai lần. Hãy bỏ một cột.",
	  "The column appears twice. Remove one.")
	S(MISSING_COLUMN, "missing_column", "Thiếu cột bắt buộc. Hãy thêm cột này vào tệp.",
	  "A required column is missing. Add it to the file.")
	S(TOO_MANY_FIELDS, "too_many_fields",
	  "Dòng có nhiều ô hơn tiêu đề. Hãy đặt ô có dấu phân cách trong dấu ngoặc kép.",
	  "The line has more fields than the header. Put a field that holds a separator in quotes.")
	S(TOO_FEW_FIELDS, "too_few_fields",
	  "Dòng có ít ô hơn tiêu đề. Hãy bổ sung các ô còn thiếu (có thể để trống).",
	  "The line has fewer fields than the header. Add the missing ones (they may be empty).")
	S(QUOTE, "quote",
	  "Dấu ngoặc kép không đóng hoặc đặt sai chỗ. Trong ô, dấu \" phải viết thành \"\".",
	  "A quote is not closed or out of place. Inside a field, \" is written \"\".")
	S(BAD_DATE, "bad_date", "Ngày không hợp lệ. Hãy viết 2024-04-02 hoặc 02/04/2024.",
	  "Not a date. Write 2024-04-02 or 02/04/2024.")
	S(BAD_INTEGER, "bad_integer",
	  "Không phải số nguyên. Hãy viết 1387 hoặc 1.387, không có phần thập phân.",
	  "Not a whole number. Write 1387 or 1.387, without decimals.")
	S(BAD_DECIMAL, "bad_decimal",
	  "Không phải số có tối đa hai chữ số thập phân. Hãy viết như 89,5.",
	  "Not a number of at most two decimals. Write it like 89,5.")
	S(BAD_PERCENT, "bad_percent",
	  "Không phải tỷ lệ phần trăm. Hãy viết 50% hoặc 98,43%, có dấu %.",
	  "Not a percentage. Write 50% or 98,43%, with the % sign.")
	S(BAD_CODE, "bad_code",
	  "Mã không hợp lệ: tối đa 16 ký tự gồm chữ in hoa không dấu, chữ số, dấu chấm, gạch nối.",
	  "Not a code: at most 16 of A-Z, 0-9, dot and hyphen, beginning with a letter or digit.")
	S(BAD_WORD, "bad_word",
	  "Giá trị không nằm trong danh sách cho phép của cột này. Hãy chọn một giá trị trong mẫu.",
	  "Not one of the words of this column. Take one from the form.")
	S(STRIPPED_ZERO, "stripped_zero",
	  "Mã bị mất số 0 ở đầu, có thể do Excel. Hãy viết đủ (ví dụ 08 thay cho 8) và định dạng "
	  "cột là Văn bản.",
	  "The code lost its leading zero, perhaps in Excel. Write it whole (08, not 8); format "
	  "the column as text.")
	S(OUT_OF_RANGE, "out_of_range", "Giá trị nằm ngoài giới hạn cho phép. Hãy kiểm tra lại số.",
	  "The value is outside its bounds. Check the number.")
	S(REQUIRED, "required",
	  "Ô này không được để trống. Hãy điền giá trị.",
	  "This field must not be empty. Fill it in.")
	S(NO_MEMORY, "no_memory",
	  "Hết bộ nhớ khi đọc tệp. Hãy đóng bớt chương trình hoặc chia nhỏ tệp.",
	  "Out of memory while reading the file. Close other programs or split the file.")
#undef S
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct sentence *reason_of(enum reason r)
{
	static const struct sentence unknown = {
		"unknown_reason",
		{ "Lý do không xác định: phần mềm này chưa biết mã lý do. Hãy cập nhật phần mềm.",
		  "A reason that this software does not know. Update it." }
	};

	return (size_t)r < COUNT(reasons) && reasons[r].name != NULL ? &reasons[r] : &unknown;
}

const char *reason_name(enum reason r)
{
	return reason_of(r)->name;
}

bool reason_permanent(enum reason r)
{
	return (size_t)r < COUNT(permanent) && permanent[r];
}

const char *reason_says(enum reason r, enum language l)
{
	return reason_of(r)->says[l];
}

const char *csv_fault_name(enum csv_fault f)
{
	return csv_faults[f].name;
}

const char *csv_fault_says(enum csv_fault f, enum language l)
{
	return csv_faults[f].says[l];
}
