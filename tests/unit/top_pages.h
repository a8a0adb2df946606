// SPDX-License-Identifier: Apache-2.0
/* top_pages: the pages that test_top.c compares with, as people have looked at them. */
#ifndef TIENDO_TESTS_UNIT_TOP_PAGES_H
#define TIENDO_TESTS_UNIT_TOP_PAGES_H

#define PAGE_40 \
	"40 Tỉnh Nghệ An               02/04/2024\n" \
	"Trực tuyến 02/04/2024 08:15:02\n" \
	"                        Số liệu minh hoạ\n" \
	"\n" \
	"Tổng hợp              Quá hạn    Báo cáo\n" \
	"KH Kế hoạch triển…       4/40      38/40\n" \
	"██▒▒▒▒▒··· 6 xong · 20 đang · 12 chưa\n" \
	"CT Chỉ tiêu                 –        2/3\n" \
	"2/3 số liệu chỉ tiêu\n" \
	"\n" \
	"Đơn vị                Quá hạn   Thiếu BC\n" \
	"Q 413 Huyện Diễn …        3/3        1/4\n" \
	"Q 412 Thành phố V…        1/3        0/4\n" \
	"B 414 Huyện Quỳ H…        0/3        2/4\n" \
	"\n" \
	"Im lặng 2/3               Nợ     Từ ngày\n" \
	"413 Huyện Diễn Châu        4  16/03/2024\n" \
	"414 Huyện Quỳ Hợp          4  16/03/2024\n" \
	"\n" \
	"Sự kiện mới nhất\n" \
	"08:15:02  413 KH.1 đang thực hiện, quá …\n" \
	"08:15:02  413 KH.1 chưa báo cáo  Huyện …\n"

#define PAGE_80 \
	"40 Tỉnh Nghệ An                                                       02/04/2024\n" \
	"Trực tuyến 02/04/2024 08:15:02                                  Số liệu minh hoạ\n" \
	"\n" \
	"Tổng hợp                                Quá hạn       Báo cáo               Điểm\n" \
	"KH Kế hoạch triển khai Đề án 06 …          4/40         38/40      62,50 % (3/4)\n" \
	"███▒▒▒▒▒▒▒▒····· 6 hoàn thành · 20 đang thực hiện · 12 chưa\n" \
	"CT Chỉ tiêu                                   –           2/3                  –\n" \
	"2/3 số liệu chỉ tiêu\n" \
	"\n" \
	"Đơn vị trực thuộc                       Quá hạn Thiếu báo cáo     Điểm thấp nhất\n" \
	"Q 413 Huyện Diễn Châu                       3/3           1/4      62,50 % (3/4)\n" \
	"Q 412 Thành phố Vinh                        1/3           0/4      62,50 % (3/4)\n" \
	"B 414 Huyện Quỳ Hợp                         0/3           2/4      62,50 % (3/4)\n" \
	"\n" \
	"Đơn vị im lặng 2/3              Nợ     Từ ngày  Người đứng đầu, liên hệ\n" \
	"413 Huyện Diễn Châu              4  16/03/2024  dienchau@nghean.example, Chủ tị…\n" \
	"414 Huyện Quỳ Hợp                4  16/03/2024  –\n" \
	"\n" \
	"Sự kiện mới nhất\n" \
	"08:15:02  413 KH.1             chưa báo cáo → đang thực hiện, quá hạn  Huyện Di…\n" \
	"08:15:02  413 KH.1             – → chưa báo cáo  Huyện Diễn Châu, Cấp căn cước …\n"

#define SCREEN_80 \
	"40 Tỉnh Nghệ An                                                       02/04/2024\n" \
	"Trực tuyến 02/04/2024 08:15:02                                  Số liệu minh hoạ\n" \
	"  Tổng hợp                              Quá hạn       Báo cáo               Điểm\n" \
	"  KH Kế hoạch triển khai Đề án 0…          4/40         38/40      62,50 % (3/4)\n" \
	"  ███▒▒▒▒▒▒▒▒····· 6 hoàn thành · 20 đang thực hiện · 12 chưa\n" \
	"  CT Chỉ tiêu                                 –           2/3                  –\n" \
	"  2/3 số liệu chỉ tiêu\n" \
	"> Đơn vị trực thuộc                     Quá hạn Thiếu báo cáo     Điểm thấp nhất\n" \
	"  Q 413 Huyện Diễn Châu                     3/3           1/4      62,50 % (3/4)\n" \
	"  Q 412 Thành phố Vinh                      1/3           0/4      62,50 % (3/4)\n" \
	"  B 414 Huyện Quỳ Hợp                       0/3           2/4      62,50 % (3/4)\n" \
	"  Đơn vị im lặng 2/3            Nợ     Từ ngày  Người đứng đầu, liên hệ\n" \
	"  413 Huyện Diễn Châu            4  16/03/2024  dienchau@nghean.example, Chủ tị…\n" \
	"  414 Huyện Quỳ Hợp              4  16/03/2024  –\n" \
	"  Sự kiện mới nhất\n" \
	"  08:15:02  413 KH.1             chưa báo cáo → đang thực hiện, quá hạn  Huyện …\n" \
	"  08:15:02  413 KH.1             – → chưa báo cáo  Huyện Diễn Châu, Cấp căn cướ…\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	" q thoát · ? trợ giúp · Tab phần · ↑↓ chọn · Enter mở · Bksp lên · p kế hoạch\n"

#define PAGE_132 \
	"40 Nghe An                                                                                                                2024-04-02\n" \
	"Live 02/04/2024 08:15:02                                                                     Illustrative figures (Số liệu minh hoạ)\n" \
	"\n" \
	"Totals                                                                                      Overdue      Reported              Score\n" \
	"KH Plan 06                                                                                     4/40         38/40      62.50 % (3/4)\n" \
	"██████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒··········· 6 done · 20 in progress · 12 not started\n" \
	"CT Chỉ tiêu                                                                                       –           2/3                  –\n" \
	"2/3 indicator figures\n" \
	"\n" \
	"Units below                                                                                 Overdue       Missing       Lowest score\n" \
	"O 413 Huyện Diễn Châu                                                                           3/3           1/4      62.50 % (3/4)\n" \
	"O 412 Vinh City                                                                                 1/3           0/4      62.50 % (3/4)\n" \
	"U 414 Huyện Quỳ Hợp                                                                             0/3           2/4      62.50 % (3/4)\n" \
	"\n" \
	"Silent offices 2/3                                  Owes       Since  Head                            Contact\n" \
	"413 Huyện Diễn Châu                                    4  2024-03-16  Chủ tịch UBND huyện             dienchau@nghean.example\n" \
	"414 Huyện Quỳ Hợp                                      4  2024-03-16  –                               –\n" \
	"\n" \
	"Last events\n" \
	"08:15:02  413 KH.1                   not reported → in progress, overdue  Huyện Diễn Châu, Cấp căn cước công dân\n" \
	"08:15:02  413 KH.1                   – → not reported  Huyện Diễn Châu, Cấp căn cước công dân\n"

#define SCREEN_132 \
	"40 Nghe An                                                                                                                2024-04-02\n" \
	"Live 02/04/2024 08:15:02                                                                     Illustrative figures (Số liệu minh hoạ)\n" \
	"\n" \
	"  Totals                                                                                    Overdue      Reported              Score\n" \
	"  KH Plan 06                                                                                   4/40         38/40      62.50 % (3/4)\n" \
	"  ██████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒··········· 6 done · 20 in progress · 12 not started\n" \
	"  CT Chỉ tiêu                                                                                     –           2/3                  –\n" \
	"  2/3 indicator figures\n" \
	"\n" \
	"> Units below                                                                               Overdue       Missing       Lowest score\n" \
	"  O 413 Huyện Diễn Châu                                                                         3/3           1/4      62.50 % (3/4)\n" \
	"  O 412 Vinh City                                                                               1/3           0/4      62.50 % (3/4)\n" \
	"  U 414 Huyện Quỳ Hợp                                                                           0/3           2/4      62.50 % (3/4)\n" \
	"\n" \
	"  Silent offices 2/3                                Owes       Since  Head                            Contact\n" \
	"  413 Huyện Diễn Châu                                  4  2024-03-16  Chủ tịch UBND huyện             dienchau@nghean.example\n" \
	"  414 Huyện Quỳ Hợp                                    4  2024-03-16  –                               –\n" \
	"\n" \
	"  Last events\n" \
	"  08:15:02  413 KH.1                   not reported → in progress, overdue  Huyện Diễn Châu, Cấp căn cước công dân\n" \
	"  08:15:02  413 KH.1                   – → not reported  Huyện Diễn Châu, Cấp căn cước công dân\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	" q quit · ? help · Tab part · ↑↓ choose · Enter open · Bksp up · p plan · l Tiếng Việt\n"

#define SCREEN_CUT \
	"VN > 40 Tỉnh Nghệ An                                                  02/04/2024\n" \
	"MẤT ĐƯỜNG TRUYỀN từ 02/04/2024 08:15:02, số liệu đứng từ lúc ấy\n" \
	"                                     Số liệu minh hoạ · số liệu cũ, đang tải lại\n" \
	"> Tổng hợp                              Quá hạn       Báo cáo               Điểm\n" \
	"  KH Kế hoạch triển khai Đề án 0…          4/40         38/40      62,50 % (3/4)\n" \
	"  ███▒▒▒▒▒▒▒▒····· 6 hoàn thành · 20 đang thực hiện · 12 chưa\n" \
	"  CT Chỉ tiêu                                 –           2/3                  –\n" \
	"  2/3 số liệu chỉ tiêu\n" \
	"  Đơn vị trực thuộc                     Quá hạn Thiếu báo cáo     Điểm thấp nhất\n" \
	"  Q 413 Huyện Diễn Châu                     3/3           1/4      62,50 % (3/4)\n" \
	"  Q 412 Thành phố Vinh                      1/3           0/4      62,50 % (3/4)\n" \
	"  B 414 Huyện Quỳ Hợp                       0/3           2/4      62,50 % (3/4)\n" \
	"  Đơn vị im lặng 2/3            Nợ     Từ ngày  Người đứng đầu, liên hệ\n" \
	"  413 Huyện Diễn Châu            4  16/03/2024  dienchau@nghean.example, Chủ tị…\n" \
	"  414 Huyện Quỳ Hợp              4  16/03/2024  –\n" \
	"  Sự kiện mới nhất\n" \
	"  08:15:02  413 KH.1             chưa báo cáo → đang thực hiện, quá hạn  Huyện …\n" \
	"  08:15:02  413 KH.1             – → chưa báo cáo  Huyện Diễn Châu, Cấp căn cướ…\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	"\n" \
	" q thoát · ? trợ giúp · Tab phần · ↑↓ chọn · Enter mở · Bksp lên · p kế hoạch\n"

#define PAGE_PLAN \
	"40 Tỉnh Nghệ An                                                       02/04/2024\n" \
	"Trực tuyến 02/04/2024 08:15:02                                  Số liệu minh hoạ\n" \
	"\n" \
	"Tổng hợp · chỉ KH                       Quá hạn       Báo cáo               Điểm\n" \
	"KH Kế hoạch triển khai Đề án 06 …          4/40         38/40      62,50 % (3/4)\n" \
	"███▒▒▒▒▒▒▒▒····· 6 hoàn thành · 20 đang thực hiện · 12 chưa\n" \
	"\n" \
	"Đơn vị trực thuộc                       Quá hạn Thiếu báo cáo               Điểm\n" \
	"Q 413 Huyện Diễn Châu                       3/3           1/3      62,50 % (3/4)\n" \
	"Q 412 Thành phố Vinh                        1/3           0/3      62,50 % (3/4)\n" \
	"B 414 Huyện Quỳ Hợp                         0/3           1/3      62,50 % (3/4)\n" \
	"\n" \
	"Đơn vị im lặng 2/3              Nợ     Từ ngày  Người đứng đầu, liên hệ\n" \
	"413 Huyện Diễn Châu              4  16/03/2024  dienchau@nghean.example, Chủ tị…\n" \
	"414 Huyện Quỳ Hợp                4  16/03/2024  –\n" \
	"\n" \
	"Sự kiện mới nhất\n" \
	"08:15:02  413 KH.1             chưa báo cáo → đang thực hiện, quá hạn  Huyện Di…\n" \
	"08:15:02  413 KH.1             – → chưa báo cáo  Huyện Diễn Châu, Cấp căn cước …\n"

#endif
