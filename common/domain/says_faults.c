// SPDX-License-Identifier: Apache-2.0
/* The faults of a catalogue: apart, because their list is long and grows with the checks. */
#include "common/domain/says.h"

static const struct {
	const char *name;
	const char *says[2];
} faults[] = {
	[FAULT_NONE] = { "none", { "Không có lỗi.", "Nothing is wrong." } },
/* clang-format off */
#define S(kind, name, vi, en) [FAULT_##kind] = { name, { vi, en } },
	S(CSV, "csv", "Tệp CSV có lỗi.", "The CSV file has a fault.")
	S(DUPLICATE_UNIT, "duplicate_unit",
	  "Hai đơn vị cùng mã trong cùng thời gian. Hãy sửa mã hoặc ngày mở, ngày đóng.",
	  "Two units bear this code at the same time. Correct the code or the dates.")
	S(DUPLICATE_ITEM, "duplicate_item",
	  "Mã nhiệm vụ, chỉ tiêu bị trùng. Mỗi mã chỉ dùng một lần; hãy đặt mã khác.",
	  "The item code appears twice. A code is used once only; choose another.")
	S(UNKNOWN_PARENT, "unknown_parent", "Không có mã cấp trên này. Hãy kiểm tra cột parent.",
	  "There is no such parent. Check the column parent.")
	S(CYCLE, "cycle",
	  "Quan hệ cấp trên tạo thành vòng. Hãy sửa cột parent để nhánh đi lên tới gốc.",
	  "The parents form a circle. Correct the column parent so that the branch reaches the "
	  "root.")
	S(NO_ROOT, "no_root", "Không có đơn vị gốc. Một đơn vị phải để trống cột parent.",
	  "There is no root. One unit must have an empty parent.")
	S(MANY_ROOTS, "many_roots",
	  "Có nhiều hơn một đơn vị gốc. Chỉ một đơn vị được để trống cột parent.",
	  "There is more than one root. Only one unit may have an empty parent.")
	S(TOO_DEEP, "too_deep", "Cây có quá 12 cấp. Hãy gộp bớt cấp trung gian.",
	  "The tree has more than 12 levels. Leave out levels in between.")
	S(PATH_TOO_LONG, "path_too_long",
	  "Đường dẫn mã từ gốc dài quá 200 byte. Hãy dùng mã ngắn hơn.",
	  "The path of codes from the root is above 200 bytes. Use shorter codes.")
	S(DATES_REVERSED, "dates_reversed",
	  "Ngày kết thúc trước ngày bắt đầu. Hãy sửa lại hai ngày.",
	  "The end is before the beginning. Correct the dates.")
	S(OPENED_CHANGED, "opened_changed",
	  "Ngày mở của đơn vị đã có bị thay đổi. Hãy giữ ngày cũ, hoặc khai đây là việc đổi tên.",
	  "The opening date of a known unit changed. Keep the old one, or give it as a rename.")
	S(UNKNOWN_UNIT, "unknown_unit", "Không có đơn vị mang mã này. Hãy kiểm tra units.csv.",
	  "No unit bears this code. Check units.csv.")
	S(UNKNOWN_ITEM, "unknown_item",
	  "Không có nhiệm vụ, chỉ tiêu mang mã này. Hãy kiểm tra items.csv.",
	  "No item bears this code. Check items.csv.")
	S(UNKNOWN_GROUP, "unknown_group",
	  "Không có nhóm đơn vị mang mã này. Hãy kiểm tra groups.csv.",
	  "No group of units bears this code. Check groups.csv.")
	S(UNKNOWN_SCHEDULE, "unknown_schedule",
	  "Không có chế độ báo cáo này. Hãy kiểm tra schedules.csv.",
	  "There is no such schedule. Check schedules.csv.")
	S(OWNER_MISSING, "owner_missing", "Kế hoạch chưa có đơn vị chủ quản. Hãy điền cột owner.",
	  "The plan has no owner. Fill in the column owner.")
	S(OWNER_MISPLACED, "owner_misplaced",
	  "Chỉ kế hoạch mới có đơn vị chủ quản. Hãy để trống cột owner ở dòng này.",
	  "Only a plan has an owner. Leave the column owner empty here.")
	S(PARENT_IS_LEAF, "parent_is_leaf",
	  "Cấp trên là một nhiệm vụ hoặc chỉ tiêu. Hãy đặt dòng này dưới một nhóm.",
	  "The parent is a task or an indicator. Put this row below a group.")
	S(PLAN_HAS_PARENT, "plan_has_parent",
	  "Kế hoạch không được có cấp trên. Hãy để trống parent, ghi căn cứ ở cột basis.",
	  "A plan has no parent. Leave it empty and name the higher document in the column basis.")
	S(NO_PLAN, "no_plan",
	  "Không thấy kế hoạch. Hãy điền cột parent, hoặc thêm dòng có kind = plan.",
	  "There is no plan. Fill in the column parent, or add a row with kind = plan.")
	S(PLAN_TOO_LARGE, "plan_too_large",
	  "Kế hoạch có quá 2.000 dòng. Hãy chia thành nhiều kế hoạch.",
	  "The plan has more than 2,000 items. Split it.")
	S(TOO_MANY_GROUPS, "too_many_groups",
	  "Đơn vị thuộc quá 4 nhóm (kể cả nhóm của cấp trên). Hãy bỏ bớt.",
	  "The unit is in more than 4 groups (with those of the units above it). Remove some.")
	S(REPORTER_UNKNOWN, "reporter_unknown",
	  "Cột reporters nêu một đơn vị hoặc nhóm không tồn tại. Hãy kiểm tra mã.",
	  "The column reporters names a unit or group that does not exist. Check the code.")
	S(REPORTER_SYNTAX, "reporter_syntax",
	  "Cột reporters viết sai. Hãy viết MÃ, kind:LOẠI@MÃ, group:NHÓM hoặc -MÃ, cách nhau bằng "
	  "dấu |.",
	  "The column reporters is badly written. Write CODE, kind:KIND@CODE, group:GROUP or "
	  "-CODE, joined by |.")
	S(REPORTERS_EMPTY, "reporters_empty",
	  "Không đơn vị nào được giao báo cáo. Hãy điền cột lead hoặc reporters.",
	  "The assignment matches nobody. Fill in lead or reporters.")
	S(REPORTER_OUTSIDE, "reporter_outside",
	  "Đơn vị báo cáo không thuộc đơn vị chủ quản của kế hoạch. Hãy sửa reporters.",
	  "A reporter is not below the owner of the plan. Correct the column reporters.")
	S(REPORTER_ABOVE, "reporter_above",
	  "Một đơn vị báo cáo là cấp trên của đơn vị báo cáo khác nên bị cộng hai lần. Hãy bỏ bớt, "
	  "hoặc ghi cờ own_work.",
	  "A reporter is above another one and would be counted twice. Remove one, or set the flag "
	  "own_work.")
	S(LEAD_NOT_ONE, "lead_not_one",
	  "Với answer = lead phải có đúng một đơn vị báo cáo. Hãy sửa, hoặc dùng answer = all.",
	  "answer = lead needs exactly one reporter. Correct it, or use answer = all.")
	S(LEAF_FIELD, "leaf_field",
	  "Trường này không dùng cho loại dòng này, hoặc còn thiếu. Hãy xoá hoặc điền.",
	  "This field does not belong to this kind of item, or is missing. Clear it or fill it in.")
	S(RATIO_GROUP_CHILD, "ratio_group_child",
	  "Dưới ratio_group chỉ được có tỷ lệ hoặc ratio_group cùng định nghĩa tử số, mẫu số. Hãy "
	  "sửa cho khớp.",
	  "Below a ratio_group there may be only ratios or ratio_groups with the same definitions.")
	S(TARGET_OUT_OF_RANGE, "target_out_of_range",
	  "Mục tiêu nằm ngoài giới hạn. Hãy kiểm tra lại số.",
	  "The target is out of bounds. Check the number.")
	S(TARGET_OVERLAP, "target_overlap",
	  "Hai mục tiêu trùng thời gian cho cùng đơn vị. Hãy sửa ngày from, to.",
	  "Two targets of one unit overlap in time. Correct from and to.")
	S(TARGET_WITHOUT_USE, "target_without_use",
	  "Mục tiêu này không dùng được: mục không có mục tiêu, hoặc đơn vị ngoài kế hoạch. Hãy bỏ dòng.",
	  "This target has no use: the item has none, or the unit is not in the plan. Remove it.")
	S(DUPLICATE_SCHEDULE, "duplicate_schedule",
	  "Chế độ báo cáo này khai hai lần. Hãy giữ một dòng.",
	  "This schedule is given twice. Keep one row.")
	S(DUPLICATE_PERIOD, "duplicate_period",
	  "Kỳ báo cáo này khai hai lần trong một chế độ. Hãy đặt mã khác.",
	  "This period is given twice in one schedule. Choose another code.")
	S(UNKNOWN_PERIOD, "unknown_period",
	  "Chế độ báo cáo này không có kỳ như vậy. Hãy ghi mã kỳ đúng loại, ví dụ 2024-04a (nửa "
	  "tháng), 2024-04 (tháng), 2024-04x (15-14), 2024-Q2 (quý), 2024 (năm), 2024-W14 (tuần).",
	  "The schedule has no such period. Write a code of its kind: 2024-04a (half month), "
	  "2024-04 (month), 2024-04x (15 to 14), 2024-Q2 (quarter), 2024 (year), 2024-W14 (week).")
	S(PERIOD_OVERLAP, "period_overlap",
	  "Hai kỳ của một chế độ báo cáo chồng lên nhau. Hãy sửa start, end.",
	  "Two periods of one schedule overlap. Correct start and end.")
	S(PERIOD_WITHOUT_USE, "period_without_use",
	  "Chỉ chế độ báo cáo loại once mới khai kỳ trong periods.csv. Hãy bỏ dòng này.",
	  "Only a schedule of the kind once lists its periods in periods.csv. Remove the row.")
	S(DEADLINE_TOO_EARLY, "deadline_too_early",
	  "Hạn nộp phải sau ngày chốt số liệu ít nhất 1 ngày làm việc (Nghị định 09/2019/NĐ-CP, "
	  "Điều 8).",
	  "The deadline must be at least 1 working day after the close of figures (Decree "
	  "09/2019/NĐ-CP, Art. 8).")
	S(HOLIDAY_OUTSIDE, "holiday_outside",
	  "Ngày nghỉ nằm ngoài các năm 2000 đến 2099. Hãy kiểm tra lại năm.",
	  "The holiday is outside the years 2000 to 2099. Check the year.")
	S(DUPLICATE_RULE, "duplicate_rule",
	  "Mã ngưỡng cảnh báo bị trùng. Hãy đặt mỗi dòng của thresholds.csv một mã riêng.",
	  "Two thresholds have this code. Give each row of thresholds.csv its own.")
	S(RATE_ABOVE_ALL, "rate_above_all",
	  "Ngưỡng của một tỷ lệ vượt quá 100%. Hãy viết từ 0% đến 100%.",
	  "The threshold of a rate is above 100 %. Write 0 % to 100 %.")
	S(CONTROL_UNFIT, "control_unfit",
	  "Cột control phải nêu một chỉ tiêu khác cùng kế hoạch, cùng loại, có aggregate = sum; còn chỉ tiêu ở dòng "
	  "này phải có aggregate = own. Hãy sửa mã hoặc cột aggregate.",
	  "The column control names another leaf of the same plan, of the same kind and with aggregate = sum, while "
	  "the leaf of this row has aggregate = own. Correct the code or the column aggregate.")
	S(KIND_CHANGED, "kind_changed",
	  "Loại, kế hoạch hoặc cách đo của mã đã có bị thay đổi. Hãy dùng mã mới.",
	  "A known item changed its kind, plan or measure. Use a new code.")
	S(TEXT, "text", "Nội dung của ô không hợp lệ.", "The text of the field is not allowed.")
	S(NO_LEAD, "no_lead", "Chưa rõ việc của ai: thiếu đơn vị chủ trì. Hãy điền cột lead.",
	  "Not clear whose work it is: there is no lead unit. Fill in the column lead.")
	S(NO_PERSON, "no_person",
	  "Chưa rõ người: thiếu người chịu trách nhiệm. Hãy điền cột person.",
	  "Not clear who: there is no responsible person. Fill in the column person.")
	S(NO_DATES, "no_dates",
	  "Chưa rõ thời gian: thiếu ngày bắt đầu hoặc thời hạn. Hãy điền start và due.",
	  "Not clear when: start or due is missing. Fill them in.")
	S(NO_PRODUCT, "no_product",
	  "Chưa rõ sản phẩm: thiếu sản phẩm hoặc đơn vị tính. Hãy điền product và product_unit.",
	  "Not clear what comes out: product or its unit is missing. Fill in product and "
	  "product_unit.")
	S(EMPTY_GROUP, "empty_group", "Nhóm không có nội dung. Hãy thêm vào hoặc bỏ nhóm.",
	  "The group is empty. Fill it or remove it.")
	S(EMPTY_SCHEDULE, "empty_schedule",
	  "Chế độ báo cáo loại once chưa có kỳ nào: không ai phải báo cáo. Hãy thêm vào periods.csv.",
	  "This schedule of the kind once has no period: nobody owes anything. Add rows to "
	  "periods.csv.")
	S(DEADLINE_ORDER, "deadline_order",
	  "Có cấp phải nộp trước cấp dưới của mình. Hãy kiểm tra số ngày trong deadlines.csv.",
	  "A level is due before the one below it. Check the days in deadlines.csv.")
	S(WILL_CLOSE, "will_close",
	  "Không còn trong tệp mới: sẽ được đóng từ ngày hiệu lực, số liệu cũ vẫn giữ.",
	  "Not in the new files: will be closed on the effective date; its figures are kept.")
#undef S
	/* clang-format on */
};

const char *fault_name(enum fault_kind k)
{
	return faults[k].name;
}

const char *fault_says(enum fault_kind k, enum language l)
{
	return faults[k].says[l];
}
