//! The article's two Rust versions of its algorithm, and two limits that nothing can beat.
//!
//! Written from the description alone, as rivals for the benchmarks: each as fast as its idea
//! allows. Both algorithms keep a set of at most `capacity` elements. Each item leaves the set and
//! comes back with probability p; a full set loses each member with probability 1/2, and p halves.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use nohash_hasher::IntSet;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rand::RngExt;

fn capacity(length: usize, epsilon: f64, delta: f64) -> usize {
    (12.0 / epsilon.powi(2) * (8.0 * length as f64 / delta).log2()).round() as usize
}

fn failure() -> PyErr {
    PyRuntimeError::new_err("every member of the full set was dropped")
}

/// A Python object as a set wants it: hashed and compared by Python.
struct Object<'py> {
    object: Bound<'py, PyAny>,
    hash: isize,
}

impl Hash for Object<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.object.eq(&other.object).unwrap_or(false)
    }
}

impl Eq for Object<'_> {}

/// A set of objects, the standard library's hasher, the usual secure generator.
#[pyfunction]
fn count_approx_naive(items: &Bound<'_, PyList>, epsilon: f64, delta: f64) -> PyResult<u64> {
    let capacity = capacity(items.len(), epsilon, delta);
    let mut kept = HashSet::new();
    let mut generator = rand::rng();
    let mut p = 1.0;
    for object in items {
        let hash = object.hash()?;
        let item = Object { object, hash };
        kept.remove(&item);
        if generator.random::<f64>() < p {
            kept.insert(item);
            if kept.len() == capacity {
                kept.retain(|_| generator.random::<bool>());
                p /= 2.0;
                if kept.is_empty() {
                    return Err(failure());
                }
            }
        }
    }
    Ok((kept.len() as f64 / p).round() as u64)
}

/// Python's hashes in a set that does not hash them again, and a small fast generator.
///
/// An item is inserted or removed, never both. p is 2^-halvings, so that a coin is a few bits.
#[pyfunction]
fn count_approx_optimized(items: &Bound<'_, PyList>, epsilon: f64, delta: f64) -> PyResult<u64> {
    let capacity = capacity(items.len(), epsilon, delta);
    let mut kept = IntSet::<u64>::default();
    let mut generator = fastrand::Rng::new();
    let mut halvings = 0;
    let mut index = 0;
    // The length is read every time because hashing an object may run Python code.
    while index < items.len() {
        let hash = hash_at(items, index)? as u64;
        index += 1;
        if generator.u64(..) & ((1 << halvings) - 1) != 0 {
            kept.remove(&hash);
            continue;
        }
        kept.insert(hash);
        if kept.len() == capacity {
            kept.retain(|_| generator.bool());
            halvings += 1;
            if kept.is_empty() {
                return Err(failure());
            }
        }
    }
    Ok((kept.len() as u64) << halvings)
}

/// Hash an object of the list without taking a reference to it: a twentieth faster.
///
/// The index is below the length, and the list holds the object.
#[inline]
fn hash_at(items: &Bound<'_, PyList>, index: usize) -> PyResult<isize> {
    let hash = unsafe { ffi::PyObject_Hash(ffi::PyList_GET_ITEM(items.as_ptr(), index as isize)) };
    if hash == -1 {
        Err(PyErr::fetch(items.py()))
    } else {
        Ok(hash)
    }
}

/// Limit of whoever asks Python for the hash of each object.
#[pyfunction]
fn hash_each(items: &Bound<'_, PyList>) -> PyResult<isize> {
    let mut sum = 0isize;
    let mut index = 0;
    while index < items.len() {
        sum = sum.wrapping_add(hash_at(items, index)?);
        index += 1;
    }
    Ok(sum)
}

/// Limit of whoever looks at each object: the sum of the addresses of their types.
#[pyfunction]
fn read_one_field(items: &Bound<'_, PyList>) -> usize {
    (0..items.len() as isize)
        .map(|index| unsafe { (*ffi::PyList_GET_ITEM(items.as_ptr(), index)).ob_type as usize })
        .fold(0, usize::wrapping_add)
}

#[pymodule]
mod article_rust {
    #[pymodule_export]
    use super::{count_approx_naive, count_approx_optimized, hash_each, read_one_field};
}
