//! Reading of little-endian values with a bounds check on every step.
//!
//! The format is that of Tesseract's `src/ccutil/serialis.cpp`.

use crate::error::{Error, Result};

/// A position in the bytes of one part of a model.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    part: &'static str,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`; `part` names them in errors.
    pub fn new(bytes: &'a [u8], part: &'static str) -> Self {
        Self { rest: bytes, part }
    }

    /// The error for a value that cannot be right.
    pub fn damaged(&self, reason: &'static str) -> Error {
        Error::Damaged { part: self.part, reason }
    }

    /// Takes the next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(Error::Truncated { part: self.part })?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(Error::Truncated { part: self.part })?;
        self.rest = tail;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_le_bytes(self.array()?))
    }

    pub fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub fn f32(&mut self) -> Result<f32> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    pub fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// Reads a 32-bit count or size that must not be above `most`.
    pub fn size(&mut self, most: usize) -> Result<usize> {
        let size = usize::try_from(self.i32()?).map_err(|_| self.damaged("a size is negative"))?;
        if size > most {
            return Err(self.damaged("a size is out of range"));
        }
        Ok(size)
    }

    /// Reads a length-prefixed string.
    pub fn string(&mut self) -> Result<String> {
        let length = self.size(1 << 16)?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| self.damaged("a name is not UTF-8"))
    }
}
