//! A trace as a graph: who calls whom, and where every tensor comes from. `summary` and `plot` are two views of it.

use nn_core::trace::{LayerCall, OpCall, Trace};
use std::collections::HashMap;

/// What made a tensor, as seen from inside some call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    /// The model's input of that index.
    Input(usize),
    /// A layer call.
    Call(usize),
    /// An operation.
    Op(usize),
}

/// Lookups over a trace.
pub(crate) struct Graph<'a> {
    pub(crate) trace: &'a Trace,
    /// For every tensor: the calls that gave it back, outermost first, and the operation that computed it.
    makers: HashMap<u64, Vec<Node>>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(trace: &'a Trace) -> Graph<'a> {
        let mut makers: HashMap<u64, Vec<Node>> = HashMap::new();
        for (i, (id, _)) in trace.inputs.iter().enumerate() {
            makers.entry(*id).or_default().push(Node::Input(i));
        }
        for (i, call) in trace.calls.iter().enumerate() {
            for (id, _) in &call.outputs {
                makers.entry(*id).or_default().push(Node::Call(i));
            }
        }
        for (i, op) in trace.ops.iter().enumerate() {
            makers.entry(op.output.0).or_default().push(Node::Op(i));
        }
        Graph { trace, makers }
    }

    pub(crate) fn call(&self, index: usize) -> &'a LayerCall {
        &self.trace.calls[index]
    }

    pub(crate) fn op(&self, index: usize) -> &'a OpCall {
        &self.trace.ops[index]
    }

    /// The call that a node was made in.
    fn parent(&self, node: Node) -> Option<usize> {
        match node {
            Node::Input(_) => None,
            Node::Call(i) => self.call(i).parent,
            Node::Op(i) => self.op(i).parent,
        }
    }

    /// What goes into a node.
    pub(crate) fn inputs(&self, node: Node) -> &'a [u64] {
        match node {
            Node::Input(_) => &[],
            Node::Call(i) => &self.call(i).inputs,
            Node::Op(i) => &self.op(i).inputs,
        }
    }

    /// The calls around a node, innermost first.
    pub(crate) fn ancestors(&self, node: Node) -> Vec<usize> {
        let mut all = Vec::new();
        let mut at = self.parent(node);
        while let Some(i) = at {
            all.push(i);
            at = self.call(i).parent;
        }
        all
    }

    /// What made a tensor, seen from a node that uses it: a sibling of the node or of one of the calls around it. `None` for constants
    /// and parameters.
    pub(crate) fn maker(&self, tensor: u64, seen_from: Node) -> Option<Node> {
        let around = self.ancestors(seen_from);
        let candidates = self.makers.get(&tensor)?;
        // Of all calls that gave the tensor back, the one nearest to the user of it.
        let distance = |&&node: &&Node| match node {
            Node::Input(_) => Some(usize::MAX),
            _ => {
                let parent = self.parent(node)?;
                around.iter().position(|&a| a == parent)
            }
        };
        let visible = candidates
            .iter()
            .filter(|&&n| n != seen_from && distance(&&n).is_some());
        visible.min_by_key(|n| distance(n)).copied()
    }

    /// Calls and operations made directly in a call, in order.
    pub(crate) fn children(&self, call: usize) -> Vec<Node> {
        let mut all: Vec<(usize, Node)> = Vec::new();
        for (i, c) in self.trace.calls.iter().enumerate() {
            if c.parent == Some(call) {
                all.push((c.order, Node::Call(i)));
            }
        }
        for (i, o) in self.trace.ops.iter().enumerate() {
            if o.parent == Some(call) {
                all.push((o.order, Node::Op(i)));
            }
        }
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, node)| node).collect()
    }

    /// Whether a call is of a layer that is made of layers, so that a look inside says more than its name.
    pub(crate) fn is_composite(&self, call: usize) -> bool {
        self.trace.calls.iter().any(|c| c.parent == Some(call))
    }

    /// The name of a model's input.
    pub(crate) fn input_name(&self, index: usize) -> String {
        match self.trace.inputs.len() {
            1 => "input".to_string(),
            _ => format!("input_{}", index + 1),
        }
    }
}
