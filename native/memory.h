// Device memory and page-locked host memory. Every allocation lies at the end of its pages with untouchable addresses
// behind and in front, begins as NaN, and becomes untouchable when it is freed; its addresses are not used again soon.
#pragma once

#include <string>

#include "driver.h"

namespace emu::memory {
enum Kind { DEVICE, PINNED };

// Device addresses are multiples of 256, as the driver's are.
CUresult allocate(Kind kind, size_t bytes, uint64_t& address);
CUresult release(Kind kind, uint64_t address);

// The program's own memory, declared page-locked.
CUresult lock(void* address, size_t bytes);
CUresult unlock(void* address);

// Whether it is one of the addresses that allocations are made of.
bool inArena(uint64_t address);

// Whether the bytes lie inside one living allocation, or locked memory.
bool holds(Kind kind, uint64_t address, size_t bytes);

// Begin and bytes of the living allocation that holds this address; 0 bytes if none does.
void around(Kind kind, uint64_t address, uint64_t& begin, size_t& bytes);

// "0x1234, 4 bytes behind an allocation of 400 bytes"
std::string describe(uint64_t address);

// The first allocation whose guard bytes were overwritten, as a sentence; the bytes are put right again.
std::string overwritten();

uint64_t total();
void setTotal(uint64_t bytes);
uint64_t used();
uint64_t count(Kind kind);

// Frees all, as the end of a context does.
void releaseAll();
}  // namespace emu::memory
