//! What a graph costs: multiplications, bytes and parameters, by layer.

use crate::graph::graph::{Graph, Node, Source, ValueId};
use crate::{Shape, is_known};
use std::collections::BTreeMap;

/// What the operations of one layer cost, without those of the layers that it calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerCost {
    /// Path of the layer, empty for the model itself.
    pub path: String,
    /// Its class.
    pub class_name: &'static str,
    /// Multiplications with an addition, of matrix products, convolutions, attention and recurrent layers, for one row of the batch.
    pub multiplications: u64,
    /// Bytes that its operations read and write, parameters included, for one row of the batch.
    pub bytes: u64,
    /// How many numbers the parameters and buffers hold that it reads. A parameter that several layers read is on the account of the first.
    pub parameters: u64,
}

impl Graph {
    /// Multiplications, bytes and parameters by layer, in the order of the first calls; layers without operations have no row. An open
    /// batch counts as one row, and so does every other open dimension.
    ///
    /// ```
    /// use nn::{DType, Param, Tensor, UNKNOWN, trace::trace_with};
    /// let kernel = Param::default();
    /// kernel.build([3, 2])?;
    /// let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
    /// let graph = trace_with(&kernel, vec![x], false, |x| vec![x[0].matmul(&kernel)])?;
    /// assert_eq!((graph.cost()[0].multiplications, graph.cost()[0].parameters), (6, 6));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn cost(&self) -> Vec<LayerCost> {
        let mut rows: Vec<LayerCost> = Vec::new();
        let mut row_of: BTreeMap<String, usize> = BTreeMap::new();
        let mut counted = vec![false; self.values.len()];
        for node in &self.nodes {
            let (path, class_name) = match node.call.map(|call| &self.calls[call]) {
                Some(call) => (call.path.clone(), call.class_name),
                None => (String::new(), ""),
            };
            let row = *row_of.entry(path.clone()).or_insert_with(|| {
                rows.push(LayerCost {
                    path,
                    class_name,
                    ..LayerCost::default()
                });
                rows.len() - 1
            });
            let row = &mut rows[row];
            row.multiplications += self.multiplications(node);
            for &id in node.inputs.iter().chain(self.read_outputs(node)) {
                let value = &self.values[id];
                row.bytes += elements(&value.spec.shape) * value.spec.dtype.size() as u64;
                if matches!(value.source, Source::Parameter(..))
                    && !std::mem::replace(&mut counted[id], true)
                {
                    row.parameters += elements(&value.spec.shape);
                }
            }
        }
        rows
    }

    /// The outputs of a node without its residuals.
    fn read_outputs<'a>(&self, node: &'a Node) -> &'a [ValueId] {
        &node.outputs[..node.outputs.len() - node.op.residuals()]
    }

    fn multiplications(&self, node: &Node) -> u64 {
        let shape = |ids: &[ValueId], i: usize| self.values[ids[i]].spec.shape;
        let output = shape(&node.outputs, 0);
        match node.op.name() {
            "matmul" => {
                let a = shape(&node.inputs, 0);
                let transposed = node.op.attributes().get::<bool>("transpose_a");
                let depth = match transposed {
                    Ok(true) => a.iter().rev().nth(1),
                    _ => a.last(),
                };
                elements(&output) * open(depth.copied().unwrap_or(1))
            }
            "conv1d" | "conv2d" | "conv3d" => {
                let kernel = shape(&node.inputs, 1);
                elements(&output) * elements(&Shape::new(&kernel[..kernel.rank() - 1]))
            }
            "conv1d_transpose" | "conv2d_transpose" | "conv3d_transpose" => {
                let (x, kernel) = (shape(&node.inputs, 0), shape(&node.inputs, 1));
                elements(&x) * elements(&Shape::new(&kernel[..kernel.rank() - 1]))
            }
            // Of each query with each key, and of the weights with the values.
            "attention" => {
                let (query, key) = (shape(&node.inputs, 0), shape(&node.inputs, 1));
                (elements(&query) + elements(&output)) * open(key[1])
            }
            "recurrent" => {
                let (x, kernel) = (shape(&node.inputs, 0), shape(&node.inputs, 1));
                let recurrent = shape(&node.inputs, 2);
                let steps = elements(&Shape::new(&x[..2]));
                steps * (elements(&kernel) + elements(&recurrent))
            }
            _ => 0,
        }
    }
}

/// How many elements a shape has, an open dimension counting as 1.
fn elements(shape: &Shape) -> u64 {
    shape.iter().map(|&dim| open(dim)).product()
}

fn open(dim: usize) -> u64 {
    match is_known(dim) {
        true => dim as u64,
        false => 1,
    }
}
