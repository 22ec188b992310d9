#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace emu::memory {
namespace {
constexpr uint64_t PAGE = 4096;
constexpr uint64_t GAP = 1 << 20;
constexpr uint64_t ALIGNMENT = 256;
constexpr uint64_t HUGE = 4 << 20;
constexpr size_t MOST_FREED = 4096;
constexpr int UNTOUCHED = 0xFF;

struct Allocation {
  size_t bytes;
  uint64_t pages, end;  // of its pages
  Kind kind;
};

struct Arena {
  uint64_t begin = 0, end = 0, next = 0;
};

std::map<uint64_t, Allocation> living;
std::map<uint64_t, size_t> freed;
std::map<uint64_t, size_t> locked;
uint64_t most = uint64_t{4} << 30;
uint64_t bytesUsed;
uint64_t counts[2];

uint64_t up(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

char* pointer(uint64_t address) { return reinterpret_cast<char*>(address); }

// A large piece of addresses, of which nothing can be touched: a wild index ends there and not in the host's memory.
Arena& arena() {
  static Arena all;
  for (uint64_t size = uint64_t{1} << 40; all.begin == 0 && size > HUGE; size /= 2) {
    void* at = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) continue;
    all.begin = up(reinterpret_cast<uint64_t>(at), PAGE);
    all.end = reinterpret_cast<uint64_t>(at) + size;
    all.next = all.begin;
  }
  return all;
}

// Addresses go up until the arena ends, then begin again where nothing lives.
uint64_t place(uint64_t pages) {
  Arena& all = arena();
  for (int round = 0; round < 2; round++) {
    while (all.next + pages + 2 * GAP <= all.end) {
      uint64_t at = all.next + GAP;
      auto behind = living.lower_bound(at);
      if (behind != living.begin()) {
        auto before = std::prev(behind);
        if (before->second.end + GAP > at) {
          all.next = before->second.end;
          continue;
        }
      }
      if (behind != living.end() && behind->second.pages < at + pages + GAP) {
        all.next = behind->second.end;
        continue;
      }
      all.next = at + pages;
      return at;
    }
    all.next = all.begin;
  }
  return 0;
}

void forget(uint64_t from, uint64_t to) {
  auto at = freed.lower_bound(from);
  while (at != freed.end() && at->first < to) at = freed.erase(at);
  if (freed.size() > MOST_FREED) freed.erase(freed.begin());
}

void untouchable(uint64_t address, const Allocation& what) {
  mmap(pointer(what.pages), what.end - what.pages, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  freed[address] = what.bytes;
  if (what.kind == DEVICE) bytesUsed -= what.bytes;
  counts[what.kind]--;
}

// The address of the first changed byte of a guard zone, or 0.
uint64_t changed(uint64_t from, uint64_t to) {
  auto at = std::find_if(pointer(from), pointer(to), [](char byte) { return byte != static_cast<char>(UNTOUCHED); });
  return at == pointer(to) ? 0 : reinterpret_cast<uint64_t>(at);
}

std::string text(uint64_t address) {
  char digits[32];
  snprintf(digits, sizeof digits, "0x%llx", static_cast<unsigned long long>(address));
  return digits;
}

std::string relation(uint64_t address, uint64_t begin, size_t bytes) {
  std::string size = "an allocation of " + std::to_string(bytes) + " bytes";
  if (address < begin) return std::to_string(begin - address) + " bytes in front of " + size;
  if (address >= begin + bytes) return std::to_string(address - begin - bytes) + " bytes behind " + size;
  return std::to_string(address - begin) + " bytes inside " + size;
}
}  // namespace

CUresult allocate(Kind kind, size_t bytes, uint64_t& address) {
  if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (kind == DEVICE && bytes > most - std::min(most, bytesUsed)) return CUDA_ERROR_OUT_OF_MEMORY;
  uint64_t inside = up(bytes, ALIGNMENT), pages = up(inside, PAGE);
  uint64_t at = place(pages);
  if (at == 0) return CUDA_ERROR_OUT_OF_MEMORY;
  bool few = pages < HUGE;
  void* mapped = mmap(pointer(at), pages, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED | (few ? MAP_POPULATE : 0), -1, 0);
  if (mapped == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
  if (!few) madvise(pointer(at), pages, MADV_HUGEPAGE);
  memset(pointer(at), UNTOUCHED, pages);
  address = at + pages - inside;
  forget(at - GAP, at + pages + GAP);
  living[address] = {bytes, at, at + pages, kind};
  if (kind == DEVICE) bytesUsed += bytes;
  counts[kind]++;
  return CUDA_SUCCESS;
}

CUresult release(Kind kind, uint64_t address) {
  auto at = living.find(address);
  if (at == living.end() || at->second.kind != kind) return CUDA_ERROR_INVALID_VALUE;
  untouchable(address, at->second);
  living.erase(at);
  return CUDA_SUCCESS;
}

CUresult lock(void* address, size_t bytes) {
  if (address == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  auto result = locked.emplace(reinterpret_cast<uint64_t>(address), bytes);
  return result.second ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
}

CUresult unlock(void* address) {
  return locked.erase(reinterpret_cast<uint64_t>(address)) == 1 ? CUDA_SUCCESS
                                                                : CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
}

void around(Kind kind, uint64_t address, uint64_t& begin, size_t& bytes) {
  begin = bytes = 0;
  auto at = living.upper_bound(address);
  if (at != living.begin()) {
    --at;
    if (at->second.kind == kind && address - at->first < at->second.bytes) {
      begin = at->first;
      bytes = at->second.bytes;
      return;
    }
  }
  if (kind != PINNED) return;
  at = living.end();
  auto own = locked.upper_bound(address);
  if (own != locked.begin() && address - std::prev(own)->first < std::prev(own)->second) {
    begin = std::prev(own)->first;
    bytes = std::prev(own)->second;
  }
}

bool holds(Kind kind, uint64_t address, size_t bytes) {
  uint64_t begin;
  size_t size;
  around(kind, address, begin, size);
  return size > 0 && bytes <= size - (address - begin);
}

bool inArena(uint64_t address) { return address >= arena().begin && address < arena().end; }

std::string describe(uint64_t address) {
  std::string where = text(address);
  if (!inArena(address)) return where + ", which is no device memory";
  auto gone = freed.upper_bound(address);
  if (gone != freed.begin() && address - std::prev(gone)->first < up(std::prev(gone)->second, ALIGNMENT)) {
    --gone;
    return where + ", " + relation(address, gone->first, gone->second) + " that was freed";
  }
  auto above = living.upper_bound(address);
  bool hasBelow = above != living.begin();
  if (!hasBelow && above == living.end()) return where + ", and nothing is allocated";
  auto best = above;
  if (hasBelow) {
    auto below = std::prev(above);
    uint64_t behind = address - std::min(address, below->first + below->second.bytes);
    if (above == living.end() || behind <= above->first - address) best = below;
  }
  return where + ", " + relation(address, best->first, best->second.bytes);
}

std::string overwritten() {
  for (const auto& [address, what] : living) {
    uint64_t front = std::max(what.pages, address - std::min<uint64_t>(address, ALIGNMENT));
    uint64_t at = changed(address + what.bytes, what.end);
    if (at == 0) at = changed(front, address);
    if (at == 0) continue;
    memset(pointer(address + what.bytes), UNTOUCHED, what.end - address - what.bytes);
    memset(pointer(what.pages), UNTOUCHED, address - what.pages);
    return "write at " + text(at) + ", " + relation(at, address, what.bytes);
  }
  return "";
}

uint64_t total() { return most; }
void setTotal(uint64_t bytes) { most = bytes; }
uint64_t used() { return bytesUsed; }
uint64_t count(Kind kind) { return counts[kind]; }

void releaseAll() {
  for (const auto& [address, what] : living) untouchable(address, what);
  living.clear();
  locked.clear();
}
}  // namespace emu::memory
