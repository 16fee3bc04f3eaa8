//! From the graph's operations to ONNX's: what all families of operations share.

use super::proto::{AttributeProto, NodeProto, TensorProto};
use super::sizes::Sizes;
use super::tensor::{data_type, tensor};
use nn_core::attributes::Setting;
use nn_core::program::{Node, Source, ValueId};
use nn_core::{DType, Error, Graph, Result, Shape, Tensor, is_known};
use std::collections::HashMap;

/// The file as far as it is made.
pub(super) struct Writer<'g> {
    pub graph: &'g Graph,
    pub sizes: Sizes,
    pub nodes: Vec<NodeProto>,
    pub initializers: Vec<TensorProto>,
    /// Element types of the inputs in the file.
    pub inputs: Vec<DType>,
    /// What a value of the graph is called in the file, once it is there.
    names: Vec<Option<String>>,
    /// Names that are taken, and with which number the search for another one of that name goes on.
    taken: HashMap<String, usize>,
    /// Names of what is used again: constants by their content, open sizes.
    shared: HashMap<String, String>,
}

impl<'g> Writer<'g> {
    pub fn new(graph: &'g Graph, sizes: Sizes, inputs: Vec<DType>) -> Writer<'g> {
        let mut writer = Writer {
            graph,
            sizes,
            nodes: Vec::new(),
            initializers: Vec::new(),
            inputs,
            names: vec![None; graph.values().len()],
            taken: HashMap::new(),
            shared: HashMap::new(),
        };
        for (name, &id) in graph.input_names().iter().zip(graph.inputs()) {
            writer.names[id] = Some(writer.unique(name));
        }
        writer
    }

    /// A name that nothing else has.
    pub fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_string();
        // Where the last search for this name ended, so that a thousand of one name are not a million searches.
        let mut count = self.taken.get(name).copied().unwrap_or(1);
        while self.taken.contains_key(&unique) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        self.taken.insert(name.to_string(), count);
        self.taken.insert(unique.clone(), 1);
        unique
    }

    /// What a value is called in the file; parameters and constants are put there when they are first read.
    pub fn value(&mut self, id: ValueId) -> Result<String> {
        if let Some(name) = &self.names[id] {
            return Ok(name.clone());
        }
        let name = match &self.graph.values()[id].source {
            Source::Parameter(path, value) => self.initializer(path, value)?,
            Source::Constant(value) if value.is_concrete() => {
                self.initializer("constant", value)?
            }
            Source::Constant(value) => {
                if let Some(error) = value.error() {
                    return Err(error.clone());
                }
                return Err(Error::shape(format!(
                    "a tensor of shape {} was made without an operation while the model was traced, so that its values are not known: give the open dimension a number (a recurrent layer with activations of its own needs to know its steps)",
                    value.shape()
                )));
            }
            Source::Input(_) => unreachable!("inputs are named first"),
            Source::Node { node, output } => {
                let op = self.graph.nodes()[*node].op.name();
                return Err(Error::format(format!(
                    "output {output} of `{op}` serves its gradient and has no ONNX form"
                )));
            }
        };
        self.names[id] = Some(name.clone());
        Ok(name)
    }

    fn initializer(&mut self, name: &str, value: &Tensor) -> Result<String> {
        let name = self.unique(name);
        self.initializers.push(tensor(&name, value)?);
        Ok(name)
    }

    /// Says what the outputs of a node are called; those without a name have no ONNX form.
    pub fn name_outputs(&mut self, node: &Node, names: Vec<String>) {
        for (&id, name) in node.outputs.iter().zip(names) {
            self.names[id] = Some(name);
        }
    }
}

/// One operation of the graph on its way into the file.
pub(super) struct Mapping<'w, 'g> {
    pub writer: &'w mut Writer<'g>,
    pub node: &'g Node,
}

/// What a family of operations makes of one: the names of its outputs, or `None` if the operation is not of this family.
pub(super) type Mapped = Result<Option<Vec<String>>>;

impl<'g> Mapping<'_, 'g> {
    /// The operation's name.
    pub fn op(&self) -> &'static str {
        self.node.op.name()
    }

    /// A setting of the operation.
    pub fn setting<S: Setting>(&self, name: &str) -> Result<S> {
        self.node.op.attributes().get(name)
    }

    /// The name of input `i`.
    pub fn input(&mut self, i: usize) -> Result<String> {
        self.writer.value(self.node.inputs[i])
    }

    /// Where input `i` comes from.
    pub fn source(&self, i: usize) -> &'g Source {
        &self.writer.graph.values()[self.node.inputs[i]].source
    }

    /// How many inputs there are.
    pub fn input_count(&self) -> usize {
        self.node.inputs.len()
    }

    /// The shape of input `i`.
    pub fn shape(&self, i: usize) -> Shape {
        self.writer.graph.shape(self.node.inputs[i])
    }

    /// The element type of input `i` in the file.
    pub fn dtype(&self, i: usize) -> DType {
        match self.source(i) {
            Source::Input(input) => self.writer.inputs[*input],
            _ => self.writer.graph.values()[self.node.inputs[i]].spec.dtype,
        }
    }

    /// The element type of the first output.
    pub fn output_dtype(&self) -> DType {
        self.writer.graph.values()[self.node.outputs[0]].spec.dtype
    }

    /// Adds a node and gives the names of its `count` outputs.
    pub fn add(
        &mut self,
        op_type: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        count: usize,
    ) -> Vec<String> {
        let call = self.node.call.map(|call| &self.writer.graph.calls()[call]);
        let path = call.map_or("", |call| call.path.as_str());
        let name = match path {
            "" => op_type.to_string(),
            path => format!("{path}/{op_type}"),
        };
        // A node and its output have the same name, and a layer's output may be called as the layer: the slash keeps them apart.
        let name = self.writer.unique(&name);
        let output = |i: usize| match i {
            0 => format!("{name}:0"),
            i => format!("{name}:{i}"),
        };
        let output: Vec<String> = (0..count).map(output).collect();
        self.writer.nodes.push(NodeProto {
            input: inputs.iter().map(|name| name.to_string()).collect(),
            output: output.clone(),
            name,
            op_type: op_type.to_string(),
            attribute: attributes,
        });
        output
    }

    /// Adds a node of one output with attributes.
    pub fn with(
        &mut self,
        op_type: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        self.add(op_type, inputs, attributes, 1).remove(0)
    }

    /// Adds a node of one output without attributes.
    pub fn call(&mut self, op_type: &str, inputs: &[&str]) -> String {
        self.with(op_type, inputs, Vec::new())
    }

    /// A node of one output that reads the operation's inputs as they are: the whole form of many operations.
    pub fn plain(&mut self, op_type: &str) -> Mapped {
        let inputs: Vec<String> = (0..self.input_count())
            .map(|i| self.input(i))
            .collect::<Result<_>>()?;
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        one(self.call(op_type, &inputs))
    }

    /// A constant, which the file holds once.
    pub fn constant(&mut self, value: &Tensor) -> Result<String> {
        let proto = tensor("", value)?;
        let key = format!(
            "{:?} {:?} {:?}",
            proto.data_type, proto.dims, proto.raw_data
        );
        if let Some(name) = self.writer.shared.get(&key) {
            return Ok(name.clone());
        }
        let name = self.writer.initializer("constant", value)?;
        self.writer.shared.insert(key, name.clone());
        Ok(name)
    }

    /// A number of the type of input 0.
    pub fn number(&mut self, value: f64) -> Result<String> {
        self.constant(&Tensor::from(value).cast(self.dtype(0)))
    }

    /// Whole numbers in one dimension, as axes and shapes are given.
    pub fn ints(&mut self, values: &[i64]) -> Result<String> {
        self.constant(&Tensor::from_vec(values.to_vec(), [values.len()]))
    }

    /// A size as a value of shape `[1]`; `None` if it is open and of unknown origin.
    pub fn size(&mut self, size: usize) -> Result<Option<String>> {
        if is_known(size) {
            return self.ints(&[size as i64]).map(Some);
        }
        let Some(sum) = self.writer.sizes.sum(size) else {
            return Ok(None);
        };
        let key = format!("size {size}");
        if let Some(name) = self.writer.shared.get(&key) {
            return Ok(Some(name.clone()));
        }
        let mut total: Option<String> = None;
        for (i, &times) in sum.times.iter().enumerate().filter(|(_, t)| **t != 0) {
            let mut part = self.open_size(i)?;
            if times != 1 {
                let times = self.ints(&[times])?;
                part = self.call("Mul", &[&part, &times]);
            }
            total = Some(match total {
                Some(total) => self.call("Add", &[&total, &part]),
                None => part,
            });
        }
        let mut total = total.expect("an open size has a part that is open");
        if sum.rest != 0 {
            let rest = self.ints(&[sum.rest])?;
            total = self.call("Add", &[&total, &rest]);
        }
        self.writer.shared.insert(key, total.clone());
        Ok(Some(total))
    }

    /// An open size of the inputs, read off the input that has it.
    fn open_size(&mut self, i: usize) -> Result<String> {
        let open = &self.writer.sizes.0[i];
        let key = format!("open {i}");
        if let Some(name) = self.writer.shared.get(&key) {
            return Ok(name.clone());
        }
        let (axis, input) = (open.axis as i64, self.writer.graph.inputs()[open.input]);
        let input = self.writer.value(input)?;
        let name = self.with(
            "Shape",
            &[&input],
            vec![int("start", axis), int("end", axis + 1)],
        );
        self.writer.shared.insert(key, name.clone());
        Ok(name)
    }

    /// A shape as a value; `given` says of some dimensions what stands for them: -1, 0 or 1 where the reader of the shape knows more.
    pub fn sizes(&mut self, shape: &Shape, given: &[Option<i64>]) -> Result<String> {
        let known = |(&size, given): (&usize, &Option<i64>)| {
            given.or(is_known(size).then_some(size as i64))
        };
        let all: Vec<Option<i64>> = shape.iter().zip(given).map(known).collect();
        if let Some(all) = all.iter().copied().collect::<Option<Vec<i64>>>() {
            return self.ints(&all);
        }
        let mut parts = Vec::new();
        for (&size, known) in shape.iter().zip(all) {
            parts.push(match known {
                Some(known) => self.ints(&[known])?,
                None => self.size(size)?.ok_or_else(of_unknown_origin)?,
            });
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok(self.with("Concat", &parts, vec![int("axis", 0)]))
    }

    /// Axes in another order.
    pub fn transpose(&mut self, x: &str, order: &[usize]) -> String {
        let order: Vec<i64> = order.iter().map(|&axis| axis as i64).collect();
        self.with("Transpose", &[x], vec![ints("perm", &order)])
    }

    /// New axes of size 1.
    pub fn unsqueeze(&mut self, x: &str, axes: &[i64]) -> Result<String> {
        let axes = self.ints(axes)?;
        Ok(self.call("Unsqueeze", &[x, &axes]))
    }

    /// Axes of size 1 taken away.
    pub fn squeeze(&mut self, x: &str, axes: &[i64]) -> Result<String> {
        let axes = self.ints(axes)?;
        Ok(self.call("Squeeze", &[x, &axes]))
    }

    /// Another element type.
    pub fn cast(&mut self, x: &str, to: DType) -> String {
        self.with("Cast", &[x], vec![int("to", i64::from(data_type(to)))])
    }
}

/// The answer of a family for an operation of one output.
pub(super) fn one(name: String) -> Mapped {
    Ok(Some(vec![name]))
}

/// The error of a size that cannot be computed from the inputs' sizes.
pub(super) fn of_unknown_origin() -> Error {
    Error::shape(
        "a size is open and does not follow from the inputs' sizes, so that the file cannot compute it; give the open dimension a number where the model is exported",
    )
}

/// An attribute that is a whole number.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_string(),
        i: Some(value),
        attribute_type: 2,
        ..AttributeProto::default()
    }
}

/// An attribute that is a list of whole numbers.
pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_string(),
        ints: values.to_vec(),
        attribute_type: 7,
        ..AttributeProto::default()
    }
}

/// An attribute that is a real number.
pub(super) fn float(name: &str, value: f64) -> AttributeProto {
    AttributeProto {
        name: name.to_string(),
        f: Some(value as f32),
        attribute_type: 1,
        ..AttributeProto::default()
    }
}

/// An attribute that is text.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: name.to_string(),
        s: Some(value.as_bytes().to_vec()),
        attribute_type: 3,
        ..AttributeProto::default()
    }
}

/// An attribute that is a tensor.
pub(super) fn value(name: &str, value: &Tensor) -> Result<AttributeProto> {
    Ok(AttributeProto {
        name: name.to_string(),
        t: Some(tensor(name, value)?),
        attribute_type: 4,
        ..AttributeProto::default()
    })
}
