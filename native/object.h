// The objects behind the driver's handles. A handle is a number that is never given out again, so that a destroyed
// object is told from a new one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace emu {
template <class T>
class Objects {
 public:
  explicit Objects(uint64_t firstHandle) : next(firstHandle) {}

  T* add(std::unique_ptr<T> object) {
    T* handle = reinterpret_cast<T*>(next);
    next += 16;
    all.emplace(handle, std::move(object));
    return handle;
  }

  // The object, or nullptr when the handle is none of a living one.
  T* find(T* handle) const {
    auto at = all.find(handle);
    return at == all.end() ? nullptr : at->second.get();
  }

  bool remove(T* handle) { return all.erase(handle) == 1; }
  size_t count() const { return all.size(); }
  void clear() { all.clear(); }

  template <class Body>
  void each(Body body) {
    for (auto& entry : all) body(*entry.second);
  }

 private:
  uint64_t next;
  std::map<T*, std::unique_ptr<T>> all;
};
}  // namespace emu
