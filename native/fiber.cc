#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace emu {
namespace {
constexpr size_t STACK = 128 << 10;
constexpr size_t PAGE = 4096;

// All stacks in one mapping, each with an untouchable page at its lower end.
char* stacks() {
  static char* const all = [] {
    void* at = mmap(nullptr, STACK * MOST_FIBERS, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) abort();
    for (size_t i = 0; i < MOST_FIBERS; i++) mprotect(static_cast<char*>(at) + i * STACK, PAGE, PROT_NONE);
    return static_cast<char*>(at);
  }();
  return all;
}
}  // namespace

void prepare(Fiber& fiber, size_t number, void (*start)()) {
  // The tops differ in their lower bits: otherwise all stacks would fight for the same few lines of the cache.
  size_t shift = number * 320 % PAGE;
  auto** top = reinterpret_cast<void**>(stacks() + (number + 1) * STACK - shift - 64);
  *--top = nullptr;  // the return address of 'start'
  *--top = reinterpret_cast<void*>(start);
  for (int i = 0; i < 6; i++) *--top = nullptr;
  fiber.top = top;
}

bool overflows(const void* address) {
  auto offset = static_cast<const char*>(address) - stacks();
  return offset >= 0 && static_cast<size_t>(offset) < STACK * MOST_FIBERS && offset % STACK < PAGE;
}
}  // namespace emu

// Six registers, the stack pointer, and the return: nothing of the operating system's is touched.
asm(R"(
.text
.globl emu_switch
.hidden emu_switch
.type emu_switch, @function
emu_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emu_switch, .-emu_switch
)");
