// What the emulated driver offers to the libraries on top of it (library.cc).
#pragma once

#include <cstddef>
#include <cstdint>

#define EXPORT extern "C" __attribute__((visibility("default")))

extern "C" {
int vx_emu_library_call();
int vx_emu_library_step(int releases);
int vx_emu_library_enqueue(void* stream, const char* what, void (*run)(void*), void* data, void (*drop)(void*));
int vx_emu_library_holds(uint64_t address, size_t bytes);
void vx_emu_library_count(int change);
}
