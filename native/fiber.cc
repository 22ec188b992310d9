#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace emu {
namespace {
constexpr size_t STACK = 32 << 10;
constexpr size_t HUGE_PAGE = 2 << 20;
constexpr size_t PAGE = 4096;
constexpr uint64_t CANARY = 0x5AFE57AC5AFE57ACu;

// All stacks side by side in huge pages: a switch then finds its addresses translated. An untouchable page between two
// would split them; a word at the lower end of each tells whether it was full.
char* stacks() {
  static char* const all = [] {
    void* at = mmap(nullptr, STACK * MOST_FIBERS + HUGE_PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) abort();
    auto* aligned = reinterpret_cast<char*>((reinterpret_cast<uint64_t>(at) + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
    madvise(aligned, STACK * MOST_FIBERS, MADV_HUGEPAGE);
    return aligned;
  }();
  return all;
}

uint64_t& canary(size_t number) { return *reinterpret_cast<uint64_t*>(stacks() + number * STACK); }
}  // namespace

void prepare(Fiber& fiber, size_t number, void (*start)()) {
  canary(number) = CANARY;
  // The tops differ in their lower bits: otherwise all stacks would fight for the same few lines of the cache.
  size_t shift = number * 320 % PAGE;
  auto** top = reinterpret_cast<void**>(stacks() + (number + 1) * STACK - shift - 64);
  *--top = nullptr;  // the return address of 'start'
  *--top = reinterpret_cast<void*>(start);
  for (int i = 0; i < 6; i++) *--top = nullptr;
  fiber.top = top;
}

bool overflowed(size_t number) { return canary(number) != CANARY; }
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
