//! The layout of a file: safetensors, with everything that is not a tensor as texts in its metadata.

use crate::saving::write_whole::write_with;
use crate::training::resume::{CALLBACKS, Resume};
use nn_core::config::{Json, depth, from_json, to_json};
use nn_core::{DType, Element, Error, Result, Shape, Tensor};
use nn_kernels::memory;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io;
use std::path::Path;

/// Version of the file's layout.
const FORMAT_VERSION: u32 = 1;

/// Where optimizer state is kept beside the parameters.
pub(super) const OPTIMIZER: &str = "optimizer/";

/// What names of the states of stateful layers begin with.
pub(super) const CARRIED: &str = "carried/";

/// Names of tensors that are no parameters begin with one of these.
pub(super) const RESERVED: [&str; 3] = [OPTIMIZER, CALLBACKS, CARRIED];

/// Safetensors' own name for the metadata, which no tensor can have.
pub(super) const METADATA: &str = "__metadata__";

/// The entry of the metadata that holds the [`Header`].
const HEADER: &str = "nn";

/// The entry of the metadata that holds the [`Checksums`].
const CHECKSUMS: &str = "nn.checksums";

/// The entry of the metadata that lists the paths of parameters without a value, if there are any: those of layers that no call has reached.
const UNBUILT: &str = "nn.unbuilt";

/// The longest header that safetensors' readers take, in bytes.
const LONGEST_HEADER: usize = 100_000_000;

/// Bytes that are converted at a time.
const CHUNK: usize = 1 << 16;

/// What a file says beside its tensors.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    format_version: u32,
    pub(super) model: Json,
    /// Paths of frozen parameters and buffers.
    pub(super) frozen: Vec<String>,
    pub(super) training: Option<Training>,
}

impl Header {
    pub(super) fn new(model: Value, frozen: Vec<String>, training: Option<Training>) -> Header {
        Header {
            format_version: FORMAT_VERSION,
            model: Json(model),
            frozen,
            training,
        }
    }
}

/// What training needs to go on.
#[derive(Serialize, Deserialize)]
pub(super) struct Training {
    pub(super) optimizer: Json,
    pub(super) losses: Vec<Json>,
    pub(super) loss_weights: Option<Vec<f64>>,
    pub(super) metrics: Vec<(Option<String>, Json)>,
    #[serde(default)]
    pub(super) weighted_metrics: Vec<(Option<String>, Json)>,
    pub(super) outputs: Vec<String>,
    pub(super) seed: u64,
    pub(super) epoch: u64,
    pub(super) step: u64,
    #[serde(default)]
    pub(super) resume: Resume,
}

impl Training {
    /// The most epochs and steps that are believed: whole numbers that every reader of JSON keeps.
    const MOST: u64 = 1 << 53;

    /// Refuses numbers of epochs and steps that nobody can have trained, in a file that is read and in one that is about to be written.
    pub(super) fn check_counts(&self) -> Result<()> {
        for (what, n) in [("epoch", self.epoch), ("step", self.step)] {
            if n > Self::MOST {
                return Err(Error::format(format!(
                    "`{what}` is {n}, more than anyone can have trained: the file that it was read from is damaged"
                )));
            }
        }
        Ok(())
    }
}

/// CRC-32 (zlib's) of what a file holds. Another program that changes a tensor leaves this entry out, and nothing is compared.
#[derive(Serialize, Deserialize)]
struct Checksums {
    /// Of the text of the header.
    header: u32,
    /// Of each tensor: of its type and shape as `F32[3,2]`, and of its bytes.
    tensors: BTreeMap<String, u32>,
}

/// The checksum of a tensor, to be continued with its bytes.
fn checksum(dtype: Dtype, shape: &[usize]) -> crc32fast::Hasher {
    let dims: Vec<String> = shape.iter().map(usize::to_string).collect();
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(format!("{dtype:?}[{}]", dims.join(",")).as_bytes());
    hasher
}

fn dtype_of(tensor: &Tensor) -> Dtype {
    match tensor.dtype() {
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::I64 => Dtype::I64,
        DType::U8 => Dtype::U8,
        DType::Bool => Dtype::BOOL,
    }
}

/// Gives a tensor's numbers as little-endian bytes, some at a time.
fn for_bytes(tensor: &Tensor, f: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    fn each<T: Element, const N: usize>(
        tensor: &Tensor,
        to_bytes: fn(T) -> [u8; N],
        f: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut buffer = [0; CHUNK];
        for values in tensor.data::<T>().chunks(CHUNK / N) {
            let bytes = &mut buffer[..values.len() * N];
            for (to, &value) in bytes.chunks_exact_mut(N).zip(values) {
                to.copy_from_slice(&to_bytes(value));
            }
            f(bytes)?;
        }
        Ok(())
    }
    match tensor.dtype() {
        DType::F32 => each(tensor, f32::to_le_bytes, f),
        DType::F64 => each(tensor, f64::to_le_bytes, f),
        DType::I64 => each(tensor, i64::to_le_bytes, f),
        DType::U8 => each(tensor, |v: u8| [v], f),
        DType::Bool => each(tensor, |v: bool| [v.into()], f),
    }
}

/// Writes a file of a header, the paths of parameters without a value, and tensors of different names.
pub(super) fn write(
    path: &Path,
    header: &Value,
    unbuilt: &[&str],
    mut tensors: Vec<(String, Tensor)>,
) -> Result<()> {
    // As the format asks: the widest types first, so that all are aligned.
    tensors.sort_by(|(a, s), (b, t)| dtype_of(t).cmp(&dtype_of(s)).then_with(|| a.cmp(b)));
    let header = header.to_string();
    let mut checksums = Checksums {
        header: crc32fast::hash(header.as_bytes()),
        tensors: BTreeMap::new(),
    };
    let mut entries = Map::new();
    let mut end = 0;
    for (name, tensor) in &tensors {
        let (dtype, shape) = (dtype_of(tensor), tensor.shape());
        let mut hasher = checksum(dtype, &shape);
        for_bytes(tensor, &mut |bytes| {
            hasher.update(bytes);
            Ok(())
        })?;
        checksums.tensors.insert(name.clone(), hasher.finalize());
        let begin = end;
        end += tensor.num_elements() * tensor.dtype().size();
        let entry = json!({
            "dtype": format!("{dtype:?}"),
            "shape": shape.dims(),
            "data_offsets": [begin, end],
        });
        entries.insert(name.clone(), entry);
    }
    let mut metadata = json!({HEADER: header, CHECKSUMS: serde_json::to_string(&checksums)?});
    if !unbuilt.is_empty() {
        metadata[UNBUILT] = Value::String(serde_json::to_string(unbuilt)?);
    }
    entries.insert(METADATA.to_string(), metadata);
    let mut text = Value::Object(entries).to_string();
    // Spaces up to a multiple of 8 keep the numbers aligned.
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len()));
    if text.len() > LONGEST_HEADER {
        return Err(Error::format(format!(
            "{}: nothing was saved: configuration and names take {} bytes, and a safetensors file has room for {LONGEST_HEADER}",
            path.display(),
            text.len()
        )));
    }
    write_with(path, |file| {
        file.write_all(&(text.len() as u64).to_le_bytes())?;
        file.write_all(text.as_bytes())?;
        tensors
            .iter()
            .try_for_each(|(_, tensor)| for_bytes(tensor, &mut |bytes| file.write_all(bytes)))
    })
}

/// A header as JSON, as [`File::header`] reads it.
pub(super) fn header_to_json(header: &Header) -> Result<Value> {
    let json = to_json(header)?;
    depth::check(depth::of_value(&json))?;
    Ok(json)
}

/// A file's tensors, and what it says beside them, which is not read yet.
pub(super) struct File {
    pub(super) tensors: BTreeMap<String, Tensor>,
    header: Option<String>,
    /// Paths of parameters that had no value when the model was saved.
    pub(super) unbuilt: HashSet<String>,
    /// What is not as it was written.
    damage: Option<Error>,
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<File> {
    let at = |e: Error| e.context(path.display());
    let found = std::fs::metadata(path).map_err(|e| Error::io(path, &e))?;
    if !found.is_file() {
        return Err(at(Error::format("not a file")));
    }
    // The system's own refusal says neither how much nor for what.
    let room = memory::room::<u8>(usize::try_from(found.len()).unwrap_or(usize::MAX));
    room.map(drop)
        .map_err(|refused| at(Error::from(refused).context("the file cannot be read")))?;
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    check_version(&bytes).map_err(at)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|e| damaged(&e).context(path.display()))?;
    let (_, metadata) =
        SafeTensors::read_metadata(&bytes).map_err(|e| damaged(&e).context(path.display()))?;
    let mut texts = metadata.metadata().clone().unwrap_or_default();
    let header = texts.remove(HEADER);
    fn read<T: DeserializeOwned>(text: Option<&String>) -> Result<Option<T>> {
        text.map(|text| serde_json::from_str(text).map_err(|e| damaged(&e)))
            .transpose()
    }
    let checksums = read(texts.get(CHECKSUMS)).map_err(at)?;
    let unbuilt = read(texts.get(UNBUILT)).map_err(at)?.unwrap_or_default();
    let mut damage = match &checksums {
        Some(checksums) => wrong_header(checksums, header.as_deref()),
        // Who leaves the checksums out does not leave them in under another name.
        None => texts
            .values()
            .any(|text| serde_json::from_str::<Checksums>(text).is_ok())
            .then(|| changed(&format!("the name `{CHECKSUMS}`"))),
    };
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        let tensor = read_tensor(&view).map_err(|e| at(e.context(&name)))?;
        if let Some(checksums) = &checksums
            && damage.is_none()
        {
            damage = wrong_tensor(checksums, &name, &view);
        }
        tensors.insert(name, tensor);
    }
    if let Some(checksums) = &checksums
        && damage.is_none()
        && checksums.tensors.len() != tensors.len()
    {
        damage = Some(changed("the list of tensors"));
    }
    Ok(File {
        tensors,
        header,
        unbuilt,
        damage: damage.map(at),
    })
}

impl File {
    /// Whether everything is as it was written. It is asked after what is more telling: whose tensors these are, and of which shapes.
    pub(super) fn check(&self) -> Result<()> {
        match &self.damage {
            None => Ok(()),
            Some(damage) => Err(damage.clone()),
        }
    }

    /// Reads the header and gives it to `f`, where there is stack enough to build what it describes.
    pub(super) fn with_header<R: Send>(
        &self,
        path: &Path,
        f: impl FnOnce(Header) -> Result<R> + Send,
    ) -> Result<R> {
        let Some(text) = &self.header else {
            return Err(Error::format(format!(
                "{} holds tensors but no model configuration; build the model in code and use `load_weights`",
                path.display()
            )));
        };
        let read = || {
            let json = depth::parse(text).map_err(|e| damaged(&e))?;
            let header = from_json(&json).map_err(|e| damaged(&e))?;
            f(header)
        };
        depth::with_stack(depth::of_text(text), read).map_err(|e| e.context(path.display()))
    }
}

fn damaged(e: &dyn fmt::Display) -> Error {
    Error::format(format!(
        "not a complete safetensors file of a model ({e}); it may be truncated, damaged or of another kind"
    ))
}

fn changed(what: &str) -> Error {
    Error::format(format!(
        "{what} is not what was saved (its checksum is another): the file is damaged, copy it again. A program that means to change it \
         leaves `{CHECKSUMS}` out of the metadata"
    ))
}

fn wrong_header(checksums: &Checksums, header: Option<&str>) -> Option<Error> {
    let found = header.map(|text| crc32fast::hash(text.as_bytes()));
    (found != Some(checksums.header)).then(|| changed("the configuration"))
}

fn wrong_tensor(checksums: &Checksums, name: &str, view: &TensorView<'_>) -> Option<Error> {
    let mut hasher = checksum(view.dtype(), view.shape());
    hasher.update(view.data());
    (checksums.tensors.get(name) != Some(&hasher.finalize())).then(|| changed(&format!("`{name}`")))
}

/// Refuses the file of a newer version, whose header may be of any form but for saying that. What cannot be read here at all is
/// for others to name.
fn check_version(bytes: &[u8]) -> Result<()> {
    #[derive(Deserialize)]
    struct Outer {
        #[serde(rename = "__metadata__")]
        metadata: Option<Texts>,
    }
    #[derive(Deserialize)]
    struct Texts {
        nn: Option<String>,
    }
    #[derive(Deserialize)]
    struct Version {
        format_version: Option<Value>,
    }
    fn version(bytes: &[u8]) -> Option<Value> {
        let len = u64::from_le_bytes(*bytes.first_chunk()?);
        let header = bytes.get(8..)?.get(..usize::try_from(len).ok()?)?;
        // Whatever else these say is passed over, however deep it is nested.
        let outer: Outer = serde_json::from_slice(header).ok()?;
        let version: Version = serde_json::from_str(&outer.metadata?.nn?).ok()?;
        version.format_version
    }
    match version(bytes) {
        Some(found) if found.as_f64().is_none_or(|v| v > f64::from(FORMAT_VERSION)) => {
            Err(Error::format(format!(
                "has format version {found}, this library reads up to {FORMAT_VERSION}; update it"
            )))
        }
        _ => Ok(()),
    }
}

/// A tensor of a file's bytes.
fn read_tensor(view: &TensorView<'_>) -> Result<Tensor> {
    fn read<T: Element, const N: usize>(bytes: &[u8], shape: Shape, f: fn([u8; N]) -> T) -> Tensor {
        Tensor::build(shape, |out: &mut [T]| {
            for (o, b) in out.iter_mut().zip(bytes.chunks_exact(N)) {
                *o = f(b.try_into().expect("chunks of N bytes"));
            }
        })
    }
    let shape = shape_of_file(view.shape())?;
    let bytes = view.data();
    let tensor = match view.dtype() {
        Dtype::F32 => read(bytes, shape, f32::from_le_bytes),
        Dtype::F64 => read(bytes, shape, f64::from_le_bytes),
        Dtype::I64 => read(bytes, shape, i64::from_le_bytes),
        Dtype::U8 => read(bytes, shape, |[b]: [u8; 1]| b),
        Dtype::BOOL => read(bytes, shape, |[b]: [u8; 1]| b != 0),
        other => {
            return Err(Error::format(format!(
                "holds {other:?}, which is not supported; f32, f64, i64, u8 and bool are"
            )));
        }
    };
    tensor.into_result()
}

/// The shape of a tensor in a file. One without elements takes no room there, whatever its other dimensions are: they may be no larger
/// than anyone could mean, or a few bytes would make work for days.
pub(crate) fn shape_of_file(dims: &[usize]) -> Result<Shape> {
    const MOST_WITHOUT_ELEMENTS: usize = 1 << 20;
    let shape = Shape::try_new(dims)?;
    let most = match dims.contains(&0) {
        true => MOST_WITHOUT_ELEMENTS,
        false => isize::MAX as usize / size_of::<f64>(),
    };
    let size = dims
        .iter()
        .try_fold(1_usize, |n, &d| n.checked_mul(d.max(1)));
    match size.is_some_and(|n| n <= most) && shape.is_known() {
        true => Ok(shape),
        false => Err(Error::shape(format!(
            "no tensor can have the shape {dims:?}: its dimensions are too large"
        ))),
    }
}
