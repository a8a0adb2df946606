// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/run.h"
#include "common/sys/log.h"

#include <errno.h>

static struct {
	const char *log;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "log",
	 .value = "LEVEL",
	 .text = &given.log,
	 .vi = "error, warn, info (mặc định) hoặc debug",
	 .en = "error, warn, info (default) or debug"},
};

const struct args_option *desk_run_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

enum desk_exit desk_run(struct desk *d, int argc, char **argv)
{
	enum log_level level = LOG_LEVEL_INFO;
	struct sys_error error = {""};
	size_t operands;
	enum desk_exit exit =
		desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), NULL, 0, &operands);

	if (exit)
		return exit;
	if (given.log && !log_level_of(given.log, &level))
		return desk_fail(d, DESK_USAGE, "--log `%s`: error | warn | info | debug",
				 given.log);
	log_open("agent", level);
	if ((exit = desk_open(d)))
		return exit;
	int code = run_daemon(&d->office, &error);

	if (code == -EWOULDBLOCK)
		return desk_fail(d, DESK_ENVIRONMENT,
				 SAY(d, "Đã có một tiến trình gửi của đơn vị này đang chạy (%s).",
				     "A daemon of this office runs already (%s)."),
				 error.text);
	return code ? desk_fail_sys(d, code, &error) : DESK_FINE;
}
