/**
 * The command line.
 *
 * <p>Start with {@link io.sluice.cli.Main}; each {@code …Command} is one verb. {@code cli.client}
 * has the clients of {@code subscribe}, {@code cli.demo} the sample app.
 *
 * <p><b>Threading</b>: commands run on the main thread and may block. The gateway runs on its own
 * event loops; what comes from it arrives as a future.
 *
 * <p><b>Invariants</b>: only this room prints, parses arguments or ends the process. Standard
 * output has what was asked for, standard error has everything else (the log included). No command
 * asks a question. Exit codes are those of {@link io.sluice.cli.Exit}.
 *
 * <p>Source of truth: what {@code sluice --help} and the help of each command say.
 */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
