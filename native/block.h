// Runs the blocks of a launch in a random order, each with all its threads. Kernels whose blocks meet in memory, which
// their first atomic or fence tells, have several blocks under way, which take turns at atomics, fences and barriers.
#pragma once

#include <cstdint>
#include <string>

#include "kernel.h"
#include "order.h"

namespace emu {
struct Size3 {
  unsigned x, y, z;
  uint64_t count() const { return static_cast<uint64_t>(x) * y * z; }
};

// To be called inside fault::guarded. The arguments stay as they are.
void runBlocks(const Kernel& kernel, Size3 grid, Size3 block, void* const* arguments);

// After a fault: what the fibers did is forgotten.
void abandonBlock();

// "kernel NAME, block (1,0,0), thread (5,0,0): " while a kernel runs, otherwise what runs instead.
std::string here();
void setPlace(std::string what);
}  // namespace emu
