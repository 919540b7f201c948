#ifndef HEADRACE_ADAPTERS_LOOP_INTRUSIVE_LIST_H_
#define HEADRACE_ADAPTERS_LOOP_INTRUSIVE_LIST_H_

#include <cstddef>

namespace headrace::adapters {

template <typename T, typename Kind>
class IntrusiveList;

// A base of objects that are in at most one list of a kind. An object leaves its list when it is
// destroyed, and a list removes its elements when it is destroyed, so neither refers to the other
// after its end.
template <typename T, typename Kind>
class ListHook {
 public:
  ListHook() = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;
  ~ListHook() { leave(); }

  // Whether the object is in a list of the kind.
  bool is_listed() const { return list_ != nullptr; }
  // Removes the object from its list, if it is in one.
  void leave() {
    if (list_ == nullptr) return;
    (previous_ == nullptr ? list_->front_ : previous_->next_) = next_;
    (next_ == nullptr ? list_->back_ : next_->previous_) = previous_;
    --list_->size_;
    list_ = nullptr;
    previous_ = next_ = nullptr;
  }

 private:
  friend class IntrusiveList<T, Kind>;
  IntrusiveList<T, Kind>* list_ = nullptr;
  ListHook* previous_ = nullptr;
  ListHook* next_ = nullptr;
};

// A list of objects that it does not own. `Kind` distinguishes the hooks of an object: an object is
// in at most one list of a kind, so membership is a state of the object. No operation allocates,
// and all but take_all() are O(1).
template <typename T, typename Kind>
class IntrusiveList {
 public:
  using Hook = ListHook<T, Kind>;

  IntrusiveList() = default;
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (front_ != nullptr) front_->leave();
  }

  bool empty() const { return front_ == nullptr; }
  size_t size() const { return size_; }
  bool contains(const T& object) const { return hook(object).list_ == this; }
  // Null where there is none.
  T* front() const { return object(front_); }
  T* after(const T& element) const { return object(hook(element).next_); }

  // Moves the object from its present list of this kind, if any, to the end of this one.
  void push_back(T& element) {
    Hook& added = static_cast<Hook&>(element);
    added.leave();
    added.list_ = this;
    added.previous_ = back_;
    (back_ == nullptr ? front_ : back_->next_) = &added;
    back_ = &added;
    ++size_;
  }
  // Null where there is none.
  T* pop_front() {
    T* first = front();
    if (first != nullptr) front_->leave();
    return first;
  }
  // Moves all elements of `other` to the end of this list.
  void take_all(IntrusiveList& other) {
    while (T* element = other.front()) push_back(*element);
  }

 private:
  friend Hook;
  static const Hook& hook(const T& object) { return object; }
  static T* object(Hook* hook) { return hook == nullptr ? nullptr : static_cast<T*>(hook); }

  Hook* front_ = nullptr;
  Hook* back_ = nullptr;
  size_t size_ = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_INTRUSIVE_LIST_H_
