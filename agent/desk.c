// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/known.h"
#include "agent/slice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum desk_exit desk_args(struct desk *d, int argc, char **argv, const struct args_option *options,
			 size_t n, const char **operands, size_t max, size_t *operands_n)
{
	struct args_fault f = args_read(argc, argv, options, n, operands, max, operands_n);

	switch (f.kind) {
	case ARGS_FINE:
		return DESK_FINE;
	case ARGS_UNKNOWN:
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "không có tuỳ chọn --%.*s", "there is no option --%.*s"),
				 f.size, f.word);
	case ARGS_NO_VALUE:
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "--%.*s cần một giá trị", "--%.*s wants a value"), f.size,
				 f.word);
	case ARGS_FLAG_VALUE:
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "--%.*s không nhận giá trị", "--%.*s takes no value"),
				 f.size, f.word);
	case ARGS_TWICE:
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "--%.*s được ghi hai lần", "--%.*s is given twice"), f.size,
				 f.word);
	case ARGS_TOO_MANY:
		break;
	}
	return desk_fail(d, DESK_USAGE, SAY(d, "thừa từ `%.*s`", "`%.*s` is one word too many"),
			 f.size, f.word);
}

enum desk_exit desk_open(struct desk *d)
{
	struct sys_error error = {""};
	int code = keys_start(&error);

	if (!code)
		code = office_open(&d->office, &error);
	return code ? desk_fail_sys(d, code, &error) : DESK_FINE;
}

enum desk_exit desk_catalogue(struct desk *d)
{
	struct sys_error error = {""};

	desk_forget(d); /* it points into the catalogue */
	catalogue_free(d->catalogue);
	d->catalogue = slice_load(d->office.spool, &d->office.slice, &error);
	if (!d->catalogue && error.text[0])
		return desk_fail_sys(d, -EINVAL, &error);
	return DESK_FINE;
}

void desk_forget(struct desk *d)
{
	known_free(d->known);
	d->known = NULL;
}

void desk_close(struct desk *d)
{
	desk_forget(d);
	catalogue_free(d->catalogue);
	office_close(&d->office);
	buffer_free(&d->out);
	buffer_free(&d->warnings);
}

enum desk_exit desk_fail(struct desk *d, enum desk_exit exit, const char *format, ...)
{
	struct buffer text = {0};
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	buffer_put_text(&text, line);
	buffer_clear(&d->out);
	d->json = json_to(&d->out);
	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_text(&d->json, "error", buffer_text(&text));
		json_object_end(&d->json);
		buffer_put_u8(&d->out, '\n');
	} else {
		buffer_format(&d->out, "tiendo-agent: %s\n", buffer_text(&text));
	}
	buffer_free(&text);
	return exit;
}

enum desk_exit desk_fail_sys(struct desk *d, int code, const struct sys_error *error)
{
	const char *why = error->text;

	switch (code) {
	case -ENOENT:
		return desk_fail(
			d, DESK_ENVIRONMENT,
			SAY(d, "%s.\n  Chưa có gì trong %s: chạy `tiendo-agent init` trước.",
			    "%s.\n  There is nothing in %s yet: run `tiendo-agent init` first."),
			why, d->office.dir);
	case -EXFULL: /* not EDQUOT: that is the disk's own word */
		return desk_fail(
			d, DESK_REFUSED,
			SAY(d,
			    "Hàng đợi đã đầy: không nhận thêm báo cáo cho đến khi máy chủ nhận "
			    "bớt. "
			    "Không có báo cáo nào bị mất. (%s)",
			    "The queue is full: no new report is taken until the centre has taken "
			    "some. Nothing was lost. (%s)"),
			why);
	case -ENOSPC:
	case -EDQUOT:
		return desk_fail(
			d, DESK_ENVIRONMENT,
			SAY(d, "Ổ đĩa đã đầy: chưa ghi gì. Hãy giải phóng chỗ rồi làm lại. (%s)",
			    "The disk is full: nothing was written. Make room and try again. (%s)"),
			why);
	case -EIO:
		return desk_fail(
			d, DESK_ENVIRONMENT,
			SAY(d,
			    "Ổ đĩa báo lỗi, chưa rõ đã ghi hay chưa: chạy `tiendo-agent status` để "
			    "xem. (%s)",
			    "The disk failed, it is not known whether it wrote: see `tiendo-agent "
			    "status`. (%s)"),
			why);
	default:
		return desk_fail(d, DESK_ENVIRONMENT, "%s", why);
	}
}

void desk_warn(struct desk *d, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	buffer_put(&d->warnings, line, strlen(line) + 1);
	d->warned++;
}

void desk_warnings(struct desk *d)
{
	const char *at = (const char *)d->warnings.data;

	if (d->office.json)
		json_array_begin(&d->json, "warnings");
	for (size_t i = 0; i < d->warned; i++, at += strlen(at) + 1) {
		if (d->office.json)
			json_text(&d->json, NULL, at);
		else
			buffer_format(&d->out, "%s %s\n", SAY(d, "Lưu ý:", "Note:"), at);
	}
	if (d->office.json)
		json_array_end(&d->json);
}

void desk_marks(struct desk *d)
{
	bool illustrative = d->office.centre.illustrative;
	/* our own clock tells before the centre was ever heard */
	bool simulated =
		d->office.centre.simulated || (d->office.clock && clock_simulated(d->office.clock));

	if (d->office.json) {
		json_bool(&d->json, "illustrative", illustrative);
		json_bool(&d->json, "simulated", simulated);
		return;
	}
	if (illustrative)
		buffer_put_text(&d->out, SAY(d, "Số liệu minh hoạ", "Illustrative figures"));
	if (illustrative && simulated)
		buffer_put_text(&d->out, " · ");
	if (simulated)
		buffer_put_text(&d->out, SAY(d, "thời gian mô phỏng", "simulated time"));
	if (illustrative || simulated)
		buffer_put_u8(&d->out, '\n');
}
