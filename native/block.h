// Runs the blocks of a launch: one after the other, each with all its threads.
#pragma once

#include <cstdint>
#include <string>

#include "kernel.h"

namespace emu {
struct Size3 {
  unsigned x, y, z;
  uint64_t count() const { return static_cast<uint64_t>(x) * y * z; }
};

// Decides in which order threads run; the same seed gives the same order.
void seedOrders(uint64_t seed);
uint64_t orderSeed();
uint64_t mix(uint64_t bits);

// To be called inside fault::guarded. The arguments stay as they are.
void runBlocks(const Kernel& kernel, Size3 grid, Size3 block, void* const* arguments);

// After a fault: what the fibers did is forgotten.
void abandonBlock();

// "kernel NAME, block (1,0,0), thread (5,0,0): " while a kernel runs, otherwise what runs instead.
std::string here();
void setPlace(std::string what);
}  // namespace emu
