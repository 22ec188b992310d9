#include "fault.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cstdlib>

#include "block.h"
#include "memory.h"

namespace emu::fault {
namespace {
constexpr int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr size_t ALTERNATE = 256 << 10;

CUresult sticky = CUDA_SUCCESS;
std::string report;

sigjmp_buf landing;
std::atomic<bool> inside{false};
pthread_t runner;
struct sigaction previous[65];

// Whoever had the signal before gets it when it is not ours: the JVM lives by SIGSEGV.
void passOn(int signal, siginfo_t* info, void* context) {
  const struct sigaction& before = previous[signal];
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(signal, info, context);
  } else if (before.sa_handler == SIG_DFL) {
    ::signal(signal, SIG_DFL);  // the instruction runs again and ends the process
  } else if (before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  }
}

std::string sentence(int signal, siginfo_t* info, void* context, CUresult& code) {
  auto* address = static_cast<char*>(info->si_addr);
  code = CUDA_ERROR_ILLEGAL_ADDRESS;
  if (signal == SIGFPE) {
    code = CUDA_ERROR_LAUNCH_FAILED;
    return "integer division by zero";
  }
  if (signal == SIGILL) {
    code = CUDA_ERROR_ILLEGAL_INSTRUCTION;
    return "index outside an array in the kernel, or unreachable code reached";
  }
  if (signal == SIGSEGV && info->si_code == SI_KERNEL) {
    code = CUDA_ERROR_MISALIGNED_ADDRESS;
    return "misaligned or wild address";
  }
  bool write = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & 2;
  return std::string(write ? "write" : "read") + " at " + memory::describe(reinterpret_cast<uint64_t>(address));
}

void handle(int signal, siginfo_t* info, void* context) {
  if (!inside || !pthread_equal(pthread_self(), runner)) return passOn(signal, info, context);
  CUresult code;
  std::string text = sentence(signal, info, context, code);
  note(code, here() + text);
  siglongjmp(landing, 1);
}

void install() {
  static const bool done = [] {
    for (int signal : SIGNALS) {
      sigaction(signal, nullptr, &previous[signal]);
      struct sigaction ours = previous[signal];
      ours.sa_sigaction = handle;
      ours.sa_flags = previous[signal].sa_flags | SA_SIGINFO | SA_ONSTACK;
      sigaction(signal, &ours, nullptr);
    }
    return true;
  }();
  static_cast<void>(done);
}

// Handlers need a stack of their own: the fault may be that the kernel's is full. It is taken away again afterwards.
struct AlternateStack {
  AlternateStack() {
    static void* const memory = malloc(ALTERNATE);
    stack_t ours{};
    ours.ss_sp = memory;
    ours.ss_size = ALTERNATE;
    sigaltstack(&ours, &before);
  }
  ~AlternateStack() { sigaltstack(&before, nullptr); }
  stack_t before{};
};
}  // namespace

bool guarded(void (*body)(void*), void* data) {
  install();
  AlternateStack stack;
  runner = pthread_self();
  if (sigsetjmp(landing, 1) != 0) {
    inside = false;
    return false;
  }
  inside = true;
  body(data);
  inside = false;
  return true;
}

void note(CUresult code, const std::string& text) {
  if (sticky == CUDA_SUCCESS) sticky = code;
  if (report.empty()) report = text;
}

void raise(CUresult code, const std::string& text) {
  note(code, here() + text);
  siglongjmp(landing, 1);
}

CUresult code() { return sticky; }

std::string take() {
  std::string text;
  text.swap(report);
  sticky = CUDA_SUCCESS;
  return text;
}

void recover() { sticky = CUDA_SUCCESS; }
}  // namespace emu::fault
