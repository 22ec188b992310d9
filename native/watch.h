// Whether two blocks of a launch write to the same place without an atomic: on a device the order of such writes is
// undefined, and here nothing else would show it where the last one happens to be right. Kernels that hand over from
// block to block are compiled a second time, with calls at each access (native/build), and run so while tests watch.
#pragma once

#include <cstdint>

namespace emu::watch {
bool on();
void set(bool on);

// A launch begins: nothing was written yet.
void begin();
}  // namespace emu::watch
