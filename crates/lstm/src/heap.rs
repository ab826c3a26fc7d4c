//! A small heap with the worst entry on top (Tesseract's `GenericHeap`, `src/ccutil/genericheap.h`).
//!
//! The place of an entry in the heap decides in which order the beam search continues from it, and with that which of
//! two equal paths wins. So the entries move exactly as in Tesseract.

/// An entry that can be compared by a key.
pub(crate) trait Keyed: Copy {
    fn key(&self) -> f32;
}

/// The heap; its entries are in the order of Tesseract's vector.
#[derive(Debug, Default)]
pub(crate) struct Heap<T> {
    entries: Vec<T>,
}

impl<T: Keyed> Heap<T> {
    pub fn new() -> Self {
        Self { entries: Vec::new() }
    }

    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Key of the worst entry.
    pub fn worst(&self) -> Option<f32> {
        self.entries.first().map(Keyed::key)
    }

    pub fn push(&mut self, entry: T) {
        self.entries.push(entry);
        let place = self.sift_up(self.entries.len() - 1, &entry);
        self.entries[place] = entry;
    }

    /// Removes and returns the worst entry.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.entries.pop()?;
        let Some(&worst) = self.entries.first() else {
            return Some(last);
        };
        let place = self.sift_down(0, &last);
        self.entries[place] = last;
        Some(worst)
    }

    /// Puts `entry` in the place of the entry at `index` and restores the order.
    pub fn replace(&mut self, index: usize, entry: T) {
        let place = self.sift_down(index, &entry);
        let place = self.sift_up(place, &entry);
        self.entries[place] = entry;
    }

    fn sift_up(&mut self, mut hole: usize, entry: &T) -> usize {
        while hole > 0 {
            let parent = (hole - 1) / 2;
            if entry.key() >= self.entries[parent].key() {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        hole
    }

    fn sift_down(&mut self, mut hole: usize, entry: &T) -> usize {
        loop {
            let mut child = 2 * hole + 1;
            if child >= self.entries.len() {
                return hole;
            }
            if child + 1 < self.entries.len() && self.entries[child + 1].key() < self.entries[child].key() {
                child += 1;
            }
            if self.entries[child].key() >= entry.key() {
                return hole;
            }
            self.entries[hole] = self.entries[child];
            hole = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for f32 {
        fn key(&self) -> f32 {
            *self
        }
    }

    #[test]
    fn pops_from_worst_to_best() {
        let mut heap = Heap::new();
        for key in [3.0, 1.0, 4.0, 1.5, 9.0, 2.0] {
            heap.push(key);
        }
        heap.replace(0, 5.0);
        let popped: Vec<f32> = std::iter::from_fn(|| heap.pop()).collect();
        assert_eq!(popped, [1.5, 2.0, 3.0, 4.0, 5.0, 9.0]);
    }
}
