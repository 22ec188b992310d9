/**
 * Whether a backend computes what it should.
 *
 * <p>{@link voxcam.check.OpCases} is one list of small cases, several for each operation, with odd
 * sizes and every option; {@link voxcam.check.Conformance} runs them on a backend and compares with
 * {@code reference}. Tests run the list for every backend, and {@code engine doctor} runs it on the
 * user's own machine. A new operation needs cases here: a test finds one that has none.
 */
package voxcam.check;
