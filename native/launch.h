// Work for streams: launches of kernels, copies and fills. Arguments are taken when the work is asked for; memory is
// looked at when it is done.
#pragma once

#include <functional>

#include "block.h"
#include "driver.h"
#include "kernel.h"

namespace emu {
const Kernel* find(const char* name);

std::function<void()> launch(const Kernel& kernel, Size3 grid, Size3 block, void** parameters);
std::function<void()> copy(const char* what, void* to, const void* from, size_t bytes);
std::function<void()> fill(uint64_t address, uint32_t value, size_t bytesOfValue, size_t count);
}  // namespace emu
