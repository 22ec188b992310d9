#include "watch.h"

#include <string>
#include <unordered_map>

#include "block.h"
#include "device.h"
#include "fault.h"
#include "memory.h"

namespace emu {
namespace {
bool watching;
bool passing;  // an atomic writes
std::unordered_map<uint64_t, uint64_t> writers;  // by byte: the number of the block

uint64_t blockNumber() {
  return blockIdx.x + static_cast<uint64_t>(gridDim.x) * (blockIdx.y + static_cast<uint64_t>(gridDim.y) * blockIdx.z);
}

void wrote(void* to, unsigned bytes) {
  auto address = reinterpret_cast<uint64_t>(to);
  if (!watching || passing || !memory::inArena(address)) return;
  uint64_t self = blockNumber();
  for (uint64_t at = address; at < address + bytes; at++) {
    uint64_t before = writers.emplace(at, self).first->second;
    if (before == self) continue;
    fault::raise(CUDA_ERROR_LAUNCH_FAILED,
                 "write where block number " + std::to_string(before) + " has written, at " + memory::describe(at));
  }
}
}  // namespace

namespace watch {
bool on() { return watching; }
void set(bool on) { watching = on; }
void begin() {
  writers.clear();
  passing = false;
}
}  // namespace watch

void passAtomic(bool begins) { passing = begins; }
}  // namespace emu

// What the compiler calls from watched kernels. Reads are of no interest.
extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_read_range(void*, unsigned long) {}
void __tsan_write_range(void* to, unsigned long bytes) { emu::wrote(to, static_cast<unsigned>(bytes)); }

#define WATCH(bytes)                                                   \
  void __tsan_read##bytes(void*) {}                                    \
  void __tsan_write##bytes(void* to) { emu::wrote(to, bytes); }        \
  void __tsan_volatile_read##bytes(void*) {}                           \
  void __tsan_volatile_write##bytes(void* to) { emu::wrote(to, bytes); } \
  void __tsan_unaligned_read##bytes(void*) {}                          \
  void __tsan_unaligned_write##bytes(void* to) { emu::wrote(to, bytes); }

WATCH(1)
WATCH(2)
WATCH(4)
WATCH(8)
WATCH(16)
}
