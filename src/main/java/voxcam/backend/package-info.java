/**
 * What a backend is. {@link voxcam.backend.Backend#compile} turns a specialised graph into a {@link
 * voxcam.backend.Program}, which says how many bytes it needs before it runs, and runs as often as
 * wanted, from several threads at once.
 *
 * <p>Backends are found by {@code ServiceLoader} ({@link voxcam.backend.Backends}); nothing imports
 * them. One that was asked for by name and cannot run is an error that says why; nothing falls back
 * in silence.
 */
package voxcam.backend;
