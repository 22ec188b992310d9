#include "stream.h"

#include <chrono>

#include "block.h"
#include "fault.h"
#include "graph.h"

namespace emu::streams {
namespace {
Stream legacyStream;
Stream threadStream;
Objects<Stream> living{0x53540000};
Objects<Event> livingEvents{0x45560000};
uint64_t luck;

double now() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

template <class Body>
void eachStream(Body body) {
  body(legacyStream);
  body(threadStream);
  living.each(body);
}

bool healthy() { return fault::code() == CUDA_SUCCESS; }

// Does the first piece of work. False when it has to wait for another stream.
bool advance(Stream& stream) {
  Task& first = stream.tasks.front();
  if (first.kind == Task::WAIT && !first.record->reached) return false;
  Task task = std::move(first);
  stream.tasks.pop_front();
  if (task.kind == Task::RUN) task.run();
  if (task.kind == Task::RECORD) {
    task.record->reached = true;
    task.record->milliseconds = now();
  }
  if (!healthy()) drop();
  return true;
}

// Advances this stream, or the one that it waits for.
void push(Stream& stream) {
  Stream* at = &stream;
  while (!at->tasks.empty() && !advance(*at)) at = at->tasks.front().record->owner;
}

// A stream with work, by chance; nullptr if there is none.
Stream* any() {
  std::vector<Stream*> busy;
  eachStream([&](Stream& stream) {
    if (!stream.tasks.empty()) busy.push_back(&stream);
  });
  luck = mix(luck);
  return busy.empty() ? nullptr : busy[luck % busy.size()];
}

// Streams run beside each other: before the next piece of work another stream may do one of its own.
void perhapsOther() {
  luck = mix(luck);
  if (luck % 2 == 0) push(*any());
}

std::shared_ptr<Record> mark(Stream& stream) {
  auto record = std::make_shared<Record>();
  record->owner = &stream;
  stream.tasks.push_back({Task::RECORD, nullptr, record});
  return record;
}

// The legacy default stream and the blocking streams wait for each other.
void order(Stream& stream) {
  if (&stream == &legacyStream) {
    eachStream([&](Stream& other) {
      if (&other == &stream || !other.blocking || other.tasks.empty()) return;
      stream.tasks.push_back({Task::WAIT, nullptr, mark(other)});
    });
  } else if (stream.blocking && !legacyStream.tasks.empty()) {
    stream.tasks.push_back({Task::WAIT, nullptr, mark(legacyStream)});
  }
}
}  // namespace

Stream* of(CUstream handle) {
  auto number = reinterpret_cast<uintptr_t>(handle);
  if (number == 0 || number == LEGACY_STREAM) return &legacyStream;
  if (number == PER_THREAD_STREAM) return &threadStream;
  return living.find(handle);
}

Stream& legacy() { return legacyStream; }
Objects<Stream>& all() { return living; }
Objects<Event>& events() { return livingEvents; }

CUresult add(Stream& stream, std::function<void()> run) {
  if (stream.capture) return captures::add(stream, std::move(run));
  if (&stream == &legacyStream && captures::blockingCapture()) return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
  order(stream);
  stream.tasks.push_back({Task::RUN, std::move(run), nullptr});
  return CUDA_SUCCESS;
}

CUresult record(Stream& stream, Event& event) {
  if (stream.capture) return captures::record(stream, event);
  event.capture = nullptr;
  order(stream);
  event.record = mark(stream);
  return CUDA_SUCCESS;
}

CUresult wait(Stream& stream, Event& event) {
  if (event.capture || stream.capture) return captures::wait(stream, event);
  if (event.record && !event.record->reached) stream.tasks.push_back({Task::WAIT, nullptr, event.record});
  return CUDA_SUCCESS;
}

CUresult finish(Stream& stream) {
  while (!stream.tasks.empty()) {
    perhapsOther();
    push(stream);
  }
  return fault::code();
}

CUresult finishAll() {
  while (Stream* stream = any()) push(*stream);
  return fault::code();
}

CUresult finish(Record& record) {
  while (!record.reached && healthy() && !record.owner->tasks.empty()) {
    perhapsOther();
    push(*record.owner);
  }
  return fault::code();
}

void seed(uint64_t value) { luck = value; }

void step(Stream& stream) { push(stream); }

void drop() {
  eachStream([](Stream& stream) {
    for (Task& task : stream.tasks) {
      if (task.kind == Task::RECORD) task.record->reached = true;
    }
    stream.tasks.clear();
  });
}
}  // namespace emu::streams
