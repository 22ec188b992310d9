// What goes wrong on the device: the first fault is kept as a sentence, and every later call of the driver fails with
// its code, as after a real device's fault, until the report is taken or the context ends.
#pragma once

#include <string>

#include "driver.h"

namespace emu::fault {
// Runs the body; a fault inside it (an address, a division by zero, a raise) ends it. False after a fault.
bool guarded(void (*body)(void*), void* data);

// Notes a fault. Only the first is kept.
void note(CUresult code, const std::string& text);

// Notes a fault and leaves the guarded body.
[[noreturn]] void raise(CUresult code, const std::string& text);

// What every call of the driver answers since the first fault; CUDA_SUCCESS before.
CUresult code();

// The report, which is forgotten with its code.
std::string take();

// The device is usable again; the report stays.
void recover();
}  // namespace emu::fault
