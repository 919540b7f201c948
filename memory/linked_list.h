#ifndef HEADRACE_MEMORY_LINKED_LIST_H_
#define HEADRACE_MEMORY_LINKED_LIST_H_

namespace headrace {

// The links of an element of one list. The first element's `previous` is the last element, so that
// a list is a single pointer. `previous` is null only if the element is in no list.
template <typename T>
struct ListLink {
  T* previous = nullptr;
  T* next = nullptr;
};

// A doubly-linked list through a member of its elements (ListLink<T> T::*). Every operation is
// O(1). The list neither owns its elements nor allocates: remove an element before destroying it.
template <auto kLink>
class LinkedList;

template <typename T, ListLink<T> T::*kLink>
class LinkedList<kLink> {
 public:
  T* front() const { return front_; }
  T* back() const { return front_ == nullptr ? nullptr : (front_->*kLink).previous; }
  bool empty() const { return front_ == nullptr; }
  // Whether `element` is in a list that uses this link (not necessarily in this one).
  static bool contains(const T* element) { return (element->*kLink).previous != nullptr; }
  static T* after(const T* element) { return (element->*kLink).next; }

  void push_back(T* element) { insert_before(nullptr, element); }
  // At the end if `next` is null.
  void insert_before(T* next, T* element) {
    T* previous = next == nullptr ? back() : (next->*kLink).previous;
    element->*kLink = {previous, next};
    (next == front_ ? front_ : (previous->*kLink).next) = element;
    ((next == nullptr ? front_ : next)->*kLink).previous = element;
  }
  void remove(T* element) {
    const ListLink<T> link = element->*kLink;
    element->*kLink = {};
    (element == front_ ? front_ : (link.previous->*kLink).next) = link.next;
    if (front_ != nullptr)
      ((link.next == nullptr ? front_ : link.next)->*kLink).previous = link.previous;
  }

 private:
  T* front_ = nullptr;
};

}  // namespace headrace

#endif  // HEADRACE_MEMORY_LINKED_LIST_H_
