// What a compiled kernel file gives to the emulator: its kernels by name, with the sizes of their parameters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace emu {
struct Kernel {
  const char* family;
  const char* name;
  unsigned bounds;  // most threads in a block
  char* shared;     // the shared memory of the kernel's file
  char* sharedEnd;
  size_t parameters;
  const size_t* sizes;
  const bool* pointers;
  void (*call)(void* function, void* const* arguments);
  void* function;
};

// Makes a kernel known; a watched one takes the place of the other while tests watch (watch.h).
void add(const Kernel& kernel, bool watched);

// The bounds that a kernel states for its launches, or those of the device.
constexpr unsigned mostThreads(unsigned most = 1024, unsigned = 0) { return most; }

template <class... A>
struct Signature {
  static constexpr std::array<size_t, sizeof...(A)> sizes{sizeof(A)...};
  static constexpr std::array<bool, sizeof...(A)> pointers{std::is_pointer_v<A>...};

  static void call(void* function, void* const* arguments) {
    spread(reinterpret_cast<void (*)(A...)>(function), arguments, std::index_sequence_for<A...>{});
  }

  template <size_t... I>
  static void spread(void (*function)(A...), void* const* arguments, std::index_sequence<I...>) {
    function(*static_cast<std::remove_cv_t<A>*>(arguments[I])...);
  }
};

struct Registration {
  template <class... A>
  Registration(const char* family, const char* name, unsigned bounds, void (*function)(A...), char* shared,
               char* sharedEnd, bool watched) {
    using S = Signature<A...>;
    add({family, name, bounds, shared, sharedEnd, sizeof...(A), S::sizes.data(), S::pointers.data(), S::call,
         reinterpret_cast<void*>(function)}, watched);
  }
};

// Called by kernels: the thread waits until the others of its block, or of its warp, have come.
void waitForBlock(int line);
uint64_t exchange(int line, unsigned mask, uint64_t bits, unsigned source);

// Likewise around what other blocks may see: another block may go on first.
void meetBlocks();

// Around an atomic of a watched kernel.
void passAtomic(bool begins);
}  // namespace emu
