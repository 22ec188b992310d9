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

// Whether an address lies below a fiber's stack: it overflowed.
bool overflows(const void* address);
}  // namespace emu

extern "C" void emu_switch(void** from, void* to);
