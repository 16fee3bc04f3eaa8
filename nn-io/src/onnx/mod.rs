//! ONNX: models for ONNX Runtime, and for whatever else reads the format.
//!
//! [`ExportOnnx::export_onnx`] writes one from the graph of `call`, with operator set 17 and IR version 8. The batch stays open, as the
//! dimension `batch`, and so does any other size that the given shape leaves open ([`nn_core::UNKNOWN`]): the `time` of sequences, the
//! `height` and `width` of images. Weights are initializers under the paths of the parameters (`blocks.0.conv.kernel`), in their own
//! layout, nodes are named after the layers (`blocks.0.conv/Conv`), and images are `[batch, height, width, channels]` as ever.
//!
//! What has no ONNX form is an error that names operation, layer and line, before there is a file: random numbers in inference, the
//! gradients of operations, functions with a gradient of their own.

mod activation;
mod attention;
mod elementwise;
mod index;
mod linalg;
mod mapping;
mod nn;
pub mod proto;
mod recurrent;
mod reduce;
mod resize;
mod shape;
mod sizes;
mod tensor;
mod windows;

use mapping::{Mapped, Mapping, Writer};
use nn_core::__private::memory;
use nn_core::program::{Node, Source, ValueId};
use nn_core::{
    DType, Error, Graph, InputShapes, Layer, Module, Result, Shape, Tensor, Tensors, is_known,
    trace,
};
use nn_train::saving::write_whole;
use prost::Message;
use proto::{
    DimensionProto, GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use sizes::Sizes;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The operator set that the files use.
pub const OPSET: i64 = 17;

/// The version of the format.
pub const IR_VERSION: i64 = 8;

/// Models and layers as ONNX files.
pub trait ExportOnnx: Layer {
    /// Writes `call` in inference, with the weights, as an ONNX file, for inputs of the given shapes (without the batch). It builds the
    /// model. See [the module](self) for what is in the file.
    ///
    /// An input that `call` only reads as whole numbers, such as the indices of an [`nn_layers::Embedding`], is `int64` in the file, any
    /// other `float32`. It is called as its field or its `Input` is, else `input`, and several are `input_1`, `input_2`, …; an output is called after the layer that makes it.
    ///
    /// A branch that `call` takes on a size that stays open is taken as for a very large one.
    ///
    /// ```
    /// use nn::{io::ExportOnnx, Dense, Error, LSTM, Layer, UNKNOWN};
    /// let folder = std::env::temp_dir();
    /// Dense::new(3).export_onnx(folder.join("dense.onnx"), [4])?;
    /// LSTM::new(3).export_onnx(folder.join("lstm.onnx"), [UNKNOWN, 4])?; // sequences of any length
    /// # std::fs::remove_file(folder.join("dense.onnx")).unwrap();
    /// # std::fs::remove_file(folder.join("lstm.onnx")).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// A mistake in the shapes; an operation without an ONNX form; more than two open sizes beside the batch; more than 2 GB; a file
    /// that cannot be written. A file from before then stays as it was.
    fn export_onnx(&self, path: impl AsRef<Path>, input: impl InputShapes) -> Result<()> {
        let model = model_with(self, input, |inputs| {
            match Self::Input::from_leaves(inputs) {
                Ok(input) => {
                    let output = nn_core::layer::call(self, input, false);
                    output.leaves().into_iter().cloned().collect()
                }
                Err(error) => vec![Tensor::failed(error)],
            }
        })?;
        write(&model, path.as_ref())
    }
}

impl<L: Layer> ExportOnnx for L {}

/// Writes an ONNX model to a file, whole or not at all.
///
/// # Errors
/// When it is larger than the 2 GB that the format can hold, or the file cannot be written.
pub fn write(model: &ModelProto, path: &Path) -> Result<()> {
    let size = model.encoded_len();
    if i32::try_from(size).is_err() {
        return Err(Error::format(format!(
            "{}: the model takes {size} bytes, and an ONNX file holds 2 GB at most",
            path.display()
        )));
    }
    let mut bytes = memory::room(size)?;
    model.encode_raw(&mut bytes);
    write_whole(path, &bytes)
}

/// Whatever `f` does with the layers of `model` in inference, as an ONNX model: for calls that have other inputs or outputs than `call`,
/// such as `LSTM::call_with_state`.
///
/// ```
/// use nn::{Error, GRU};
/// let gru = GRU::new(3);
/// let model = nn::io::onnx::model_with(&gru, [7, 4], |x| {
///     let (output, state) = gru.call_with_state(&x[0], None);
///     vec![output, state]
/// })?;
/// assert_eq!(model.graph.output.len(), 2);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// As [`ExportOnnx::export_onnx`], except for those of the file.
pub fn model_with(
    model: &dyn Module,
    input: impl InputShapes,
    f: impl FnOnce(Vec<Tensor>) -> Vec<Tensor>,
) -> Result<ModelProto> {
    let (sizes, inputs) = Sizes::inputs(&input.input_shapes())?;
    let graph = trace::trace_with(model, inputs, false, f)?;
    let name = model.class_name().unwrap_or("model");
    let version = env!("CARGO_PKG_VERSION");
    Ok(ModelProto {
        ir_version: IR_VERSION,
        producer_name: "nn".to_string(),
        producer_version: version.to_string(),
        graph: written(&graph, sizes, name)?,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: OPSET,
        }],
        metadata_props: vec![StringStringEntryProto {
            key: "model".to_string(),
            value: name.to_string(),
        }],
    })
}

/// The graph in ONNX's operations.
fn written(graph: &Graph, sizes: Sizes, name: &str) -> Result<GraphProto> {
    let needed = needed(graph);
    let inputs = input_types(graph, &needed);
    let mut writer = Writer::new(graph, sizes, inputs);
    for (node, _) in graph
        .nodes()
        .iter()
        .zip(&needed)
        .filter(|(_, needed)| **needed)
    {
        let mut mapping = Mapping {
            writer: &mut writer,
            node,
        };
        let names = mapped(&mut mapping).map_err(|error| graph.error_at(node, error))?;
        writer.name_outputs(node, names);
    }
    let outputs = outputs(&mut writer)?;
    let inputs: Vec<ValueInfoProto> = graph
        .inputs()
        .iter()
        .zip(writer.inputs.clone())
        .map(|(&id, dtype)| {
            let name = writer.value(id)?;
            Ok(info(&writer.sizes, name, dtype, &graph.shape(id)))
        })
        .collect::<Result<_>>()?;
    let mut written = GraphProto {
        node: writer.nodes,
        name: name.to_string(),
        initializer: writer.initializers,
        input: inputs,
        output: outputs,
    };
    drop_unread(&mut written);
    Ok(written)
}

/// Leaves out what nothing reads: the zeros that a recurrent layer starts from, which ONNX has itself.
fn drop_unread(graph: &mut GraphProto) {
    let mut read: HashSet<String> = graph
        .output
        .iter()
        .map(|output| output.name.clone())
        .collect();
    let mut nodes = std::mem::take(&mut graph.node);
    nodes.reverse();
    nodes.retain(|node| {
        let is_read = node.output.iter().any(|output| read.contains(output));
        if is_read {
            read.extend(node.input.iter().cloned());
        }
        is_read
    });
    nodes.reverse();
    graph.node = nodes;
    graph
        .initializer
        .retain(|tensor| read.contains(&tensor.name));
}

/// Which nodes the outputs depend on.
fn needed(graph: &Graph) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes().len()];
    let mark = |id: ValueId, needed: &mut Vec<bool>| {
        if let Source::Node { node, .. } = graph.values()[id].source {
            needed[node] = true;
        }
    };
    graph.outputs().iter().for_each(|&id| mark(id, &mut needed));
    for (i, node) in graph.nodes().iter().enumerate().rev() {
        if needed[i] {
            node.inputs.iter().for_each(|&id| mark(id, &mut needed));
        }
    }
    needed
}

/// The element types of the inputs in the file: those that are only read as whole numbers are such.
fn input_types(graph: &Graph, needed: &[bool]) -> Vec<DType> {
    let is_whole = |id: &ValueId| {
        let reads = |(node, needed): &(&Node, &bool)| **needed && node.inputs.contains(id);
        let mut readers = graph.nodes().iter().zip(needed).filter(reads).peekable();
        let casts = |node: &Node| {
            let to = node.op.attributes().get::<DType>("dtype");
            node.op.name() == "cast" && to.is_ok_and(|to| to == DType::I64)
        };
        let some = readers.peek().is_some() && !graph.outputs().contains(id);
        some && readers.all(|(node, _)| casts(node))
    };
    let of = |id| match is_whole(id) {
        true => DType::I64,
        false => graph.values()[*id].spec.dtype,
    };
    graph.inputs().iter().map(of).collect()
}

/// One operation in ONNX's, by the family that it belongs to.
fn mapped(mapping: &mut Mapping<'_, '_>) -> Result<Vec<String>> {
    const FAMILIES: [fn(&mut Mapping<'_, '_>) -> Mapped; 11] = [
        elementwise::map,
        activation::map,
        reduce::map,
        shape::map,
        index::map,
        linalg::map,
        nn::map,
        attention::map,
        windows::map,
        resize::map,
        recurrent::map,
    ];
    for family in FAMILIES {
        if let Some(names) = family(mapping)? {
            return Ok(names);
        }
    }
    Err(Error::format(format!(
        "`{}` has no ONNX form, so that the model cannot be exported; compute this part without it in inference, or outside of the model",
        mapping.op()
    )))
}

/// The model's outputs under the names of the layers that make them. What is an input, a weight or an output already gets a node of
/// its own.
fn outputs(writer: &mut Writer<'_>) -> Result<Vec<ValueInfoProto>> {
    let graph = writer.graph;
    let mut renamed: HashMap<String, String> = HashMap::new();
    let mut all = Vec::new();
    for (&id, name) in graph.outputs().iter().zip(graph.output_names()) {
        let made = writer
            .value(id)
            .map_err(|error| error.at_path(name.clone()))?;
        let spec = graph.values()[id].spec;
        let name = writer.unique(&name);
        let own = writer.nodes.iter().any(|node| node.output.contains(&made));
        if own && !renamed.contains_key(&made) {
            renamed.insert(made, name.clone());
        } else {
            let copy = proto::NodeProto {
                input: vec![made],
                output: vec![name.clone()],
                name: writer.unique("Identity"),
                op_type: "Identity".to_string(),
                attribute: Vec::new(),
            };
            writer.nodes.push(copy);
        }
        let dtype = match graph.values()[id].source {
            Source::Input(i) => writer.inputs[i],
            _ => spec.dtype,
        };
        all.push(info(&writer.sizes, name, dtype, &spec.shape));
    }
    for node in &mut writer.nodes {
        for name in node.input.iter_mut().chain(&mut node.output) {
            if let Some(new) = renamed.get(name) {
                name.clone_from(new);
            }
        }
    }
    Ok(all)
}

/// A value as inputs and outputs are declared.
fn info(sizes: &Sizes, name: String, dtype: DType, shape: &Shape) -> ValueInfoProto {
    let dim = |&size: &usize| match is_known(size) {
        true => DimensionProto {
            dim_value: Some(size as i64),
            dim_param: None,
        },
        false => DimensionProto {
            dim_value: None,
            dim_param: sizes.name(size),
        },
    };
    let tensor_type = TensorTypeProto {
        elem_type: tensor::data_type(dtype),
        shape: TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
        },
    };
    ValueInfoProto {
        name,
        value_type: TypeProto { tensor_type },
    }
}
