# SPDX-License-Identifier: Apache-2.0
# mutate.awk -v file=PATH MUTANTS PATH: prints PATH with every mutant of it in place, each behind a switch
# (sim_mutant == its number). A mutant whose text does not stand there once is named in a comment: MISSING.
function finish() {
	if (n && of == file) { from[n] = old; to[n] = new; mine[n] = 1 }
	old = new = ""
}
FNR == NR {
	if (/^mutant: /) { finish(); name[++n] = substr($0, 9); of = "" }
	else if (/^file: /) of = substr($0, 7)
	else if (/^-/) old = old substr($0, 2) "\n"
	else if (/^\+/) new = new substr($0, 2) "\n"
	next
}
FNR == 1 { finish() }
{ text = text $0 "\n" }
END {
	print "extern int sim_mutant;"
	print "#line 1 \"" file "\""
	for (i = 1; i <= n; i++) {
		if (!mine[i]) continue
		# a line may be given by its beginning: what follows on it stays
		sub(/\n$/, "", from[i]); sub(/\n$/, "", to[i])
		at = index(text, from[i])
		rest = substr(text, at + length(from[i]))
		if (!at || index(rest, from[i])) { missing = missing "/* MISSING " i ": " name[i] " */\n"; continue }
		gsub(/MUTANT/, "(sim_mutant == " i ")", to[i])
		text = substr(text, 1, at - 1) to[i] rest
	}
	printf "%s", text missing
}
