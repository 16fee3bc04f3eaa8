//! A case: an ONNX file, and beside it the inputs and outputs of several runs.

use nn::prelude::*;
use nn::{Error, ErrorKind, Result, UNKNOWN};
use safetensors::tensor::{Dtype, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// What a case is called.
#[derive(Clone, Copy)]
pub struct Title<'a> {
    /// `operation`, `layer` or `model`.
    pub kind: &'a str,
    /// What the table has a row for: the layer's class, the example.
    pub subject: &'a str,
    /// Which case of it.
    pub name: &'a str,
}

/// The folder of the cases.
pub struct Cases {
    folder: PathBuf,
    count: usize,
    refused: BTreeMap<String, String>,
}

impl Cases {
    pub fn new(folder: String) -> Result<Cases> {
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
        Ok(Cases {
            folder,
            count: 0,
            refused: BTreeMap::new(),
        })
    }

    /// Notes a layer of which a case cannot be exported, with the first thing that is said.
    pub fn refused(&mut self, class: &str, error: &Error) {
        let message = error.to_string().replace(['\n', '|'], " ");
        self.refused.entry(class.to_string()).or_insert(message);
    }

    /// Writes what was refused, a line for each class.
    pub fn finish(&self) -> Result<()> {
        let path = self.folder.join("refused.txt");
        let lines = self
            .refused
            .iter()
            .map(|(class, why)| format!("{class}\t{why}\n"));
        std::fs::write(&path, lines.collect::<String>()).map_err(|e| Error::io(&path, &e))
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes a case with an open batch, and where `call` works with them, one with other open sizes: the second axis of sequences,
    /// height and width of images. `inputs` are examples, of which the runs take as many rows as they need.
    pub fn write(
        &mut self,
        title: Title<'_>,
        model: &dyn Module,
        inputs: &[Tensor],
        batches: [usize; 3],
        call: &dyn Fn(Vec<Tensor>) -> Vec<Tensor>,
    ) -> Result<()> {
        self.file(title, model, inputs, batches, &[], call)?;
        let open: &[usize] = match inputs.iter().map(|x| x.shape().rank()).max() {
            Some(4) => &[1, 2],
            _ => &[1],
        };
        // Not all have open sizes: an error says so. Which do is in the table, so that none is lost unseen.
        match self.file(title, model, inputs, batches, open, call) {
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes a case with an open batch alone.
    pub fn write_closed(
        &mut self,
        title: Title<'_>,
        model: &dyn Module,
        inputs: &[Tensor],
        batches: [usize; 3],
        call: &dyn Fn(Vec<Tensor>) -> Vec<Tensor>,
    ) -> Result<()> {
        self.file(title, model, inputs, batches, &[], call)
    }

    fn file(
        &mut self,
        title: Title<'_>,
        model: &dyn Module,
        inputs: &[Tensor],
        batches: [usize; 3],
        open: &[usize],
        call: &dyn Fn(Vec<Tensor>) -> Vec<Tensor>,
    ) -> Result<()> {
        let is_open = |x: &Tensor, axis: usize| {
            let sequence = x.shape().rank() > 2 || inputs.len() == 1;
            open.contains(&axis) && axis < x.shape().rank() && sequence
        };
        let shape = |x: &Tensor| {
            let sizes = x.shape();
            let size = |axis: usize| {
                if is_open(x, axis) {
                    UNKNOWN
                } else {
                    sizes[axis]
                }
            };
            Shape::new(&(1..sizes.rank()).map(size).collect::<Vec<_>>())
        };
        let shapes: Vec<Shape> = inputs.iter().map(shape).collect();
        if !open.is_empty() && shapes.iter().all(|s| s.is_known()) {
            return Ok(());
        }
        let onnx = nn_io::onnx::model_with(model, shapes, call);
        let onnx = onnx.map_err(|e| e.context(format!("{} {}", title.subject, title.name)))?;

        let mut runs = Vec::new();
        for batch in batches {
            for longer in if open.is_empty() { vec![0] } else { vec![0, 3] } {
                let given: Vec<Tensor> = inputs
                    .iter()
                    .map(|x| {
                        let mut given = rows(x, 0, batch);
                        for axis in 1..x.shape().rank() {
                            if is_open(x, axis) {
                                given = rows(&given, axis, x.shape()[axis] + longer);
                            }
                        }
                        given
                    })
                    .collect();
                let outputs = call(given.clone());
                if let Some(error) = outputs.iter().find_map(|t| t.clone().into_result().err()) {
                    return Err(error);
                }
                runs.push((given, outputs));
            }
        }
        self.count += 1;
        let open = if open.is_empty() { "" } else { "_open" };
        let stem = format!("{}_{}_{}{open}", title.kind, title.subject, title.name);
        let stem = stem.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "-");
        let file = self.folder.join(&stem);
        nn_io::onnx::write(&onnx, &file.with_extension("onnx"))?;
        let mut tensors = Vec::new();
        for (run, (given, outputs)) in runs.iter().enumerate() {
            for (what, all) in [("input", given), ("output", outputs)] {
                for (i, tensor) in all.iter().enumerate() {
                    tensors.push((format!("{run}/{what}/{i}"), bytes(tensor)?));
                }
            }
        }
        let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes).expect("bytes of the shape");
            (name.as_str(), view)
        });
        let about = HashMap::from([
            ("kind".to_string(), title.kind.to_string()),
            ("subject".to_string(), title.subject.to_string()),
            ("runs".to_string(), runs.len().to_string()),
        ]);
        let content = safetensors::serialize(views, &Some(about))
            .map_err(|e| Error::format(e.to_string()))?;
        let path = file.with_extension("safetensors");
        std::fs::write(&path, content).map_err(|e| Error::io(&path, &e))
    }
}

/// So many rows along an axis, from the first again behind the last.
fn rows(x: &Tensor, axis: usize, count: usize) -> Tensor {
    let size = x.shape()[axis];
    let places: Vec<i64> = (0..count).map(|i| (i % size) as i64).collect();
    x.take(&Tensor::from(places), axis as isize)
}

/// Element type, shape and bytes of a tensor; truth values are bytes.
fn bytes(tensor: &Tensor) -> Result<(Dtype, Vec<usize>, Vec<u8>)> {
    let (dtype, bytes) = match tensor.dtype() {
        DType::F32 => (Dtype::F32, flat(tensor.to_vec::<f32>()?, f32::to_le_bytes)),
        DType::F64 => (Dtype::F64, flat(tensor.to_vec::<f64>()?, f64::to_le_bytes)),
        DType::I64 => (Dtype::I64, flat(tensor.to_vec::<i64>()?, i64::to_le_bytes)),
        DType::U8 => (Dtype::U8, tensor.to_vec::<u8>()?),
        DType::Bool => (
            Dtype::BOOL,
            flat(tensor.to_vec::<bool>()?, |b| [u8::from(b)]),
        ),
    };
    Ok((dtype, tensor.shape().to_vec(), bytes))
}

fn flat<T, const N: usize>(values: Vec<T>, of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.into_iter().flat_map(of).collect()
}
