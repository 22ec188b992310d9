/**
 * The command line: {@link voxcam.cli.Main} and one file per command.
 *
 * <p>A command's options and parameters are its {@code Argument} fields. It opens a model and
 * volumes ({@code Subject}), runs, writes files that appear all or none ({@code Outputs}), and only
 * then prints its results. Standard output carries results alone; warnings are one line each on
 * standard error, and {@code Progress} shows on a terminal what takes longer than a second.
 *
 * <p>{@code Failure} turns whatever is thrown into an exit code and a message: 2 and one line for
 * what the user gave, 3 for what the machine cannot, 1 with a stack trace for a fault of the
 * engine. {@code Relaunch} starts a second JVM where the Vector API module is missing; what runs
 * but once does without it unless there is much to do.
 */
package voxcam.cli;
