// Light threads: a stack each, and a switch that saves what a called function must preserve.
#pragma once

#include <cstddef>

namespace emu {
struct Fiber {
  void* top = nullptr;  // of the stack, while the fiber does not run
};

inline constexpr size_t MOST_FIBERS = 1024;

// The fiber with this number, ready to begin at 'start'; 'start' never returns.
void prepare(Fiber& fiber, size_t number, void (*start)());

// Whether more than the fiber's stack was written.
bool overflowed(size_t number);
}  // namespace emu

extern "C" void emu_switch(void** from, void* to);
