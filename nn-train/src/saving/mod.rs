//! One file for everything: safetensors with parameters and buffers under their paths, optimizer state under `optimizer/`, and in
//! the metadata the configuration as JSON in Keras's vocabulary (`nn`) and checksums of everything (`nn.checksums`). Python's
//! safetensors reads it as it is.
//!
//! What is saved can be loaded: a configuration that would not come back as it is, two parameters of one path, layers nested too deep
//! for a reader are errors of `save`, which then has not touched the file from before. A file is written beside its final name and
//! renamed when complete, so an interrupted or failed save leaves the file from before, and two who save to one path leave one of their
//! two files. What an interrupted save left behind is removed by the next one.
//!
//! Reading takes time and memory in proportion to the file, whatever the file says; configurations may be nested 1000 levels deep.

mod depth;
pub(crate) mod format;
mod load;
pub mod registry;
mod save;
mod weights;
mod write_whole;

<<<<<<< HEAD
use crate::training::Model;
use crate::training::State;
use crate::{losses, metrics, optimizers};
use nn_core::module::{self, Parameter};
use nn_core::{DType, Element, Error, Module, Result, Shape, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Version of the file's layout.
const FORMAT_VERSION: u32 = 1;

/// Where optimizer state is kept beside the parameters.
const OPTIMIZER: &str = "optimizer/";

/// The key of everything that is not a tensor.
const METADATA: &str = "nn";

/// What the header holds beside the tensors.
#[derive(Serialize, Deserialize)]
struct Header {
    format_version: u32,
    model: Value,
    /// Paths of frozen parameters and buffers.
    frozen: Vec<String>,
    training: Option<Training>,
}

/// What training needs to go on.
#[derive(Serialize, Deserialize)]
struct Training {
    optimizer: Value,
    losses: Vec<Value>,
    loss_weights: Option<Vec<f64>>,
    metrics: Vec<(Option<String>, Value)>,
    outputs: Vec<String>,
    seed: u64,
    epoch: u64,
    step: u64,
}

/// A tensor as safetensors sees it: type, shape and little-endian bytes.
struct View(Tensor, Shape);

impl View {
    fn new(tensor: Tensor) -> View {
        let shape = tensor.shape();
        View(tensor, shape)
    }
}

impl safetensors::View for &View {
    fn dtype(&self) -> Dtype {
        match self.0.dtype() {
            DType::F32 => Dtype::F32,
            DType::F64 => Dtype::F64,
            DType::I64 => Dtype::I64,
            DType::U8 => Dtype::U8,
            DType::Bool => Dtype::BOOL,
        }
    }

    fn shape(&self) -> &[usize] {
        self.1.dims()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(match self.0.dtype() {
            DType::F32 => self
                .0
                .data::<f32>()
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect(),
            DType::F64 => self
                .0
                .data::<f64>()
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect(),
            DType::I64 => self
                .0
                .data::<i64>()
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect(),
            DType::U8 => self.0.data::<u8>().to_vec(),
            DType::Bool => self.0.data::<bool>().iter().map(|&v| v as u8).collect(),
        })
    }

    fn data_len(&self) -> usize {
        self.0.len() * self.0.dtype().size()
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
    let shape = Shape::try_new(view.shape())?;
    let bytes = view.data();
    Ok(match view.dtype() {
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
    })
}

/// Writes a model, and the state of its training if there is one.
pub(crate) fn save(model: &dyn Module, state: Option<&State>, path: &Path) -> Result<()> {
    let parameters = module::parameters(model);
    if let Some(p) = parameters.iter().find(|p| !p.is_built()) {
        return Err(Error::value(format!(
            "`{}` has no value yet: call the model once, or `build` it, before saving",
            p.path()
        )));
    }
    let mut tensors: Vec<(String, View)> = parameters
        .iter()
        .map(|p| (p.path().to_string(), View::new(p.value())))
        .collect();
    if let Some(state) = state {
        let slots = state.optimizer.state(&parameters);
        tensors.extend(slots.into_iter().map(|(name, t)| (name, View::new(t))));
    }
    let header = Header {
        format_version: FORMAT_VERSION,
        model: model.config(),
        frozen: parameters
            .iter()
            .filter(|p| p.is_frozen())
            .map(|p| p.path().to_string())
            .collect(),
        training: state.map(|s| Training {
            optimizer: s.optimizer.config(),
            losses: s.losses.iter().map(|l| l.config()).collect(),
            loss_weights: s.loss_weights.clone(),
            metrics: s
                .metrics
                .iter()
                .map(|(output, m)| (output.clone(), m.config()))
                .collect(),
            outputs: s.outputs.clone(),
            seed: s.seed,
            epoch: s.epoch,
            step: s.step,
        }),
    };
    let metadata = HashMap::from([(METADATA.to_string(), serde_json::to_string(&header)?)]);
    let views = tensors.iter().map(|(name, view)| (name.as_str(), view));
    let bytes = safetensors::serialize(views, Some(metadata))
        .map_err(|e| Error::format(format!("{}: {e}", path.display())))?;
    write_whole(path, &bytes)
}

/// Writes a file beside its final name and renames it, so that there is never half a file under that name.
///
/// ```
/// use nn_train::saving::write_whole;
/// let path = std::env::temp_dir().join("whole.txt");
/// write_whole(&path, b"all of it")?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"all of it");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), nn_core::Error>(())
/// ```
///
/// # Errors
/// When the file cannot be written; one of that name from before then stays as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let Some(name) = path.file_name() else {
        return Err(Error::format(format!(
            "{}: not the name of a file",
            path.display()
        )));
    };
    let mut temporary = name.to_os_string();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = std::fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&temporary, path))
        .map_err(|e| {
            // What could be written is of no use, and its removal failing changes nothing about the error.
            let _ = std::fs::remove_file(&temporary);
            let hint = match path
                .parent()
                .filter(|p| !p.as_os_str().is_empty() && !p.exists())
            {
                Some(folder) => format!(
                    " (there is no folder {}; create it first)",
                    folder.display()
                ),
                None => String::new(),
            };
            let error = Error::io(path, &e);
            match hint.is_empty() {
                true => error.context("nothing was saved"),
                false => error.context(format!("nothing was saved{hint}")),
            }
        })
}

/// A file's bytes and what they say.
struct File {
    tensors: BTreeMap<String, Tensor>,
    header: Option<Header>,
}

fn read(path: &Path) -> Result<File> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    let damaged = |e: &dyn fmt::Display| {
        Error::format(format!(
            "{} is not a complete safetensors file ({e}); it may be truncated, damaged or of another kind",
            path.display()
        ))
    };
    let file = SafeTensors::deserialize(&bytes).map_err(|e| damaged(&e))?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        let tensor =
            read_tensor(&view).map_err(|e| e.context(format!("{}: {name}", path.display())))?;
        tensors.insert(name, tensor);
    }
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| damaged(&e))?;
    let text = metadata.metadata().as_ref().and_then(|m| m.get(METADATA));
    let header = match text {
        None => None,
        Some(text) => Some(serde_json::from_str::<Header>(text).map_err(|e| damaged(&e))?),
    };
    if let Some(h) = header
        .as_ref()
        .filter(|h| h.format_version > FORMAT_VERSION)
    {
        return Err(Error::format(format!(
            "{} has format version {}, this library reads up to {FORMAT_VERSION}; update it",
            path.display(),
            h.format_version
        )));
    }
    Ok(File { tensors, header })
}

fn need_header(file: &mut File, path: &Path) -> Result<Header> {
    file.header.take().ok_or_else(|| {
        Error::format(format!(
            "{} holds tensors but no model configuration; build the model in code and use `load_weights`",
            path.display()
        ))
    })
}

/// Rebuilds a model from a file.
pub(crate) fn load_model<M: Model>(path: &Path) -> Result<M> {
    let mut file = read(path)?;
    let header = need_header(&mut file, path)?;
    rebuild(&file, &header, path)
}

fn rebuild<M: Model>(file: &File, header: &Header, path: &Path) -> Result<M> {
    let at = |e: Error| e.context(path.display());
    let model = M::from_config(&header.model).map_err(at)?;
    let parameters = module::parameters(&model);
    let plan = match_up(&parameters, file);
    // A rebuilt model has no shapes of its own: the file's are right if every parameter is there.
    if !plan.is_complete() {
        return Err(at(plan.error()));
    }
    plan.assign(&parameters, file)?;
    for p in &parameters {
        p.set_trainable(!header.frozen.iter().any(|f| f == p.path()));
    }
    Ok(model)
}

/// Rebuilds a compiled model from a file.
pub(crate) fn load_compiled<M: Model>(path: &Path) -> Result<(M, State)> {
    let mut file = read(path)?;
    let header = need_header(&mut file, path)?;
    let model: M = rebuild(&file, &header, path)?;
    let at = |e: Error| e.context(path.display());
    let training = header.training.ok_or_else(|| {
        Error::format(format!(
            "{} was saved without optimizer and losses; use `load_model` and `compile`",
            path.display()
        ))
    })?;
    let mut optimizer = optimizers::from_config(&training.optimizer).map_err(at)?;
    let slots = file
        .tensors
        .iter()
        .filter(|(name, _)| name.starts_with(OPTIMIZER));
    let slots: Vec<(String, Tensor)> = slots.map(|(name, t)| (name.clone(), t.clone())).collect();
    optimizer
        .load_state(&module::parameters(&model), &slots)
        .map_err(at)?;
    let losses: Result<Vec<_>> = training
        .losses
        .iter()
        .map(|c| losses::from_config(c).map(Arc::from))
        .collect();
    let metrics: Result<Vec<_>> = training
        .metrics
        .into_iter()
        .map(|(output, config)| Ok((output, metrics::from_config(&config)?)))
        .collect();
    let mut state = State {
        optimizer,
        losses: losses.map_err(at)?,
        loss_weights: training.loss_weights,
        metrics: metrics.map_err(at)?,
        outputs: Vec::new(),
        loss_names: Vec::new(),
        tracked: Default::default(),
        seed: training.seed,
        epoch: training.epoch,
        step: training.step,
    };
    if !training.outputs.is_empty() {
        state.bind(training.outputs).map_err(at)?;
    }
    Ok((model, state))
}

/// How a file's tensors and a model's parameters match.
#[derive(Default)]
struct Plan {
    fits: Vec<String>,
    mismatched: Vec<String>,
    missing: Vec<String>,
    unexpected: Vec<String>,
}

fn match_up(parameters: &[Parameter<'_>], file: &File) -> Plan {
    let mut plan = Plan::default();
    for p in parameters {
        let path = p.path().to_string();
        match file.tensors.get(p.path()) {
            None => plan.missing.push(path),
            Some(t) if p.is_built() && t.shape() != p.shape() => {
                plan.mismatched.push(format!(
                    "{path}: expected {}, file has {}",
                    p.shape(),
                    t.shape()
                ));
            }
            Some(t) if p.is_built() && t.dtype() != p.dtype() => {
                plan.mismatched.push(format!(
                    "{path}: expected {}, file has {}",
                    p.dtype(),
                    t.dtype()
                ));
            }
            Some(_) => plan.fits.push(path),
        }
    }
    let known = |name: &String| parameters.iter().any(|p| p.path() == name);
    let others = file
        .tensors
        .keys()
        .filter(|name| !name.starts_with(OPTIMIZER) && !known(name));
    plan.unexpected = others.cloned().collect();
    plan
}

impl Plan {
    fn is_complete(&self) -> bool {
        self.mismatched.is_empty() && self.missing.is_empty() && self.unexpected.is_empty()
    }

    fn error(&self) -> Error {
        let mut lines = self.mismatched.clone();
        lines.extend(self.missing.iter().map(|p| format!("{p}: not in the file")));
        lines.extend(
            self.unexpected
                .iter()
                .map(|p| format!("{p}: in the file, but not in the model")),
        );
        Error::format(format!(
            "the weights do not fit the model, and nothing was loaded:\n  {}\n`load_weights_partial` loads those that fit",
            lines.join("\n  ")
        ))
    }

    fn assign(&self, parameters: &[Parameter<'_>], file: &File) -> Result<()> {
        for p in parameters {
            if self.fits.iter().any(|path| path == p.path()) {
                p.set_value(&file.tensors[p.path()])
                    .map_err(|e| e.at_path(p.path()))?;
            }
        }
        Ok(())
    }
}

/// Replaces all parameters, or none.
pub(crate) fn load_weights(model: &dyn Module, path: &Path) -> Result<()> {
    let file = read(path)?;
    let parameters = module::parameters(model);
    let plan = match_up(&parameters, &file);
    match plan.is_complete() {
        true => plan.assign(&parameters, &file),
        false => Err(plan.error().context(path.display())),
    }
}

/// Replaces the parameters that fit.
pub(crate) fn load_weights_partial(model: &dyn Module, path: &Path) -> Result<LoadReport> {
    let file = read(path)?;
    let parameters = module::parameters(model);
    let plan = match_up(&parameters, &file);
    plan.assign(&parameters, &file)?;
    Ok(LoadReport {
        loaded: plan.fits,
        mismatched: plan.mismatched,
        missing: plan.missing,
        unexpected: plan.unexpected,
    })
}

/// What a partial load did. It prints as one line of counts; the lists say which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadReport {
    /// Paths of the parameters that were replaced.
    pub loaded: Vec<String>,
    /// Parameters of another shape or type in the file, with both.
    pub mismatched: Vec<String>,
    /// Parameters that the file does not have.
    pub missing: Vec<String>,
    /// Tensors of the file that the model does not have.
    pub unexpected: Vec<String>,
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "loaded {}, shape mismatch {}, missing {}, unexpected {}",
            self.loaded.len(),
            self.mismatched.len(),
            self.missing.len(),
            self.unexpected.len()
        )
    }
}
=======
pub(crate) use load::{load_compiled, load_model};
pub(crate) use save::{Rebuild, save};
pub use weights::LoadReport;
pub(crate) use weights::{load_weights, load_weights_partial};
pub(crate) use write_whole::write_whole;
>>>>>>> main
