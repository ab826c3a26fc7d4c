//! The container of a language's model (Tesseract's `src/ccutil/tessdatamanager.cpp`).

use crate::bytes::Reader;
use crate::error::{Error, Result};

/// The parts of the container that the LSTM recogniser uses, with their place in the table of offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Component {
    Lstm = 17,
    PuncDawg = 18,
    SystemDawg = 19,
    NumberDawg = 20,
    Unicharset = 21,
    Recoder = 22,
}

/// A view of the container's parts.
pub(crate) struct TrainedData<'a> {
    bytes: &'a [u8],
    /// Start of each part from the beginning of the file, negative when the part is absent.
    offsets: Vec<i64>,
}

/// More entries than this mean a file of the other byte order, which nobody has made for years.
const MOST_ENTRIES: usize = 1000;

impl<'a> TrainedData<'a> {
    /// Reads the table of offsets.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, "table of parts");
        let count = reader.size(MOST_ENTRIES)?;
        let offsets = (0..count).map(|_| reader.i64()).collect::<Result<Vec<_>>>()?;
        Ok(Self { bytes, offsets })
    }

    /// The bytes of one part, or nothing when the model does not have it.
    ///
    /// A part ends where the next one that is present begins.
    pub fn component(&self, component: Component) -> Result<Option<&'a [u8]>> {
        const PART: &str = "table of parts";
        let index = component as usize;
        let Some(&start) = self.offsets.get(index).filter(|&&offset| offset >= 0) else {
            return Ok(None);
        };
        let end = self.offsets[index + 1..].iter().copied().find(|&offset| offset != -1);
        let bad = Error::Damaged { part: PART, reason: "an offset is outside the file" };
        let start = usize::try_from(start).map_err(|_| bad.clone())?;
        let end = end.map_or(Ok(self.bytes.len()), usize::try_from).map_err(|_| bad.clone())?;
        self.bytes.get(start..end).map(Some).ok_or(bad)
    }

    /// As [`Self::component`], with an error when the part is absent.
    pub fn required(&self, component: Component, part: &'static str) -> Result<&'a [u8]> {
        self.component(component)?.ok_or(Error::Missing { part })
    }
}
