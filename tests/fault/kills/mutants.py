# SPDX-License-Identifier: Apache-2.0
"""The product broken on purpose: the piece must fail then. `MUTANT=name tests/fault/kills/run ...`; the soak form tries them all."""

# name -> file, what is replaced (it must stand there exactly once), by what, the program that is made
MUTANTS = {
    # the answers leave, and only then is the group made durable (without the guard, which sees it at the first ack)
    "early": ("server/writer.c", "switch (core_commit(w->core, &error)) {",
              "replies_send(w->in.replies, w->ingest);\n\tswitch (core_commit(w->core, &error)) {", "tiendo-server"),
    # what is offered again is taken for new
    "twice": ("server/sequencer.c", "uint64_t known = mark + 1 - first_seq;", "uint64_t known = 0;", "tiendo-server"),
    # the subscriber does not hear that the centre holds more
    "deaf": ("dashboard/mirror.c", "if (!grain || version <= grain->version)", "if (!grain || version)", "fault/eye"),
    # the agent's queue is not what its command said
    "forgetful": ("agent/spool_queue.c", "\t*first = begin;\n\treturn spool_commit(s, &txn, error);",
                  "\t*first = begin;\n\tif (n > 1 && begin % 7 == 0) {\n\t\tkv_end(&txn);\n\t\treturn 0;\n\t}\n"
                  "\treturn spool_commit(s, &txn, error);", "tiendo-agent"),
}
