//! Lookups over a model's graph: who calls whom, and where every value comes from. `summary` and `plot` are two views of it.

use nn_core::Graph;
use nn_core::program::{LayerCall, Node as Operation, ValueId};
use std::collections::HashMap;

/// What made a value, as seen from inside some call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    /// The model's input of that index.
    Input(usize),
    /// A layer call.
    Call(usize),
    /// An operation.
    Op(usize),
}

/// Lookups over a graph.
pub(crate) struct Connections<'a> {
    pub(crate) graph: &'a Graph,
    /// For every value: the calls that gave it back, outermost first, and the operation that computed it.
    makers: HashMap<ValueId, Vec<Node>>,
}

impl<'a> Connections<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Connections<'a> {
        let mut makers: HashMap<ValueId, Vec<Node>> = HashMap::new();
        for (i, id) in graph.inputs().iter().enumerate() {
            makers.entry(*id).or_default().push(Node::Input(i));
        }
        for (i, call) in graph.calls().iter().enumerate() {
            for id in &call.outputs {
                makers.entry(*id).or_default().push(Node::Call(i));
            }
        }
        for (i, op) in graph.nodes().iter().enumerate() {
            for id in &op.outputs {
                makers.entry(*id).or_default().push(Node::Op(i));
            }
        }
        Connections { graph, makers }
    }

    pub(crate) fn call(&self, index: usize) -> &'a LayerCall {
        &self.graph.calls()[index]
    }

    pub(crate) fn op(&self, index: usize) -> &'a Operation {
        &self.graph.nodes()[index]
    }

    /// The call that a node was made in.
    fn parent(&self, node: Node) -> Option<usize> {
        match node {
            Node::Input(_) => None,
            Node::Call(i) => self.call(i).parent,
            Node::Op(i) => self.op(i).call,
        }
    }

    /// What comes out of a node; of an operation without what is there for its gradient alone.
    pub(crate) fn outputs(&self, node: Node) -> &'a [ValueId] {
        match node {
            Node::Input(i) => &self.graph.inputs()[i..=i],
            Node::Call(i) => &self.call(i).outputs,
            Node::Op(i) => {
                let op = self.op(i);
                &op.outputs[..op.outputs.len() - op.op.residuals()]
            }
        }
    }

    /// What goes into a node.
    pub(crate) fn inputs(&self, node: Node) -> &'a [ValueId] {
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

    /// When a node began.
    fn order(&self, node: Node) -> usize {
        match node {
            Node::Input(_) => 0,
            Node::Call(i) => self.call(i).order,
            Node::Op(i) => self.op(i).order,
        }
    }

    /// What made a value, seen from a node that uses it: a sibling of the node or of one of the calls around it. `None` for constants
    /// and parameters.
    pub(crate) fn maker(&self, value: ValueId, seen_from: Node) -> Option<Node> {
        let around = self.ancestors(seen_from);
        let candidates = self.makers.get(&value)?;
        // Of all calls that gave the value back, the one nearest to the user of it.
        let distance = |&&node: &&Node| match node {
            Node::Input(_) => Some(usize::MAX),
            _ => {
                let parent = self.parent(node)?;
                around.iter().position(|&a| a == parent)
            }
        };
        let visible = candidates.iter().filter(|&&n| {
            n != seen_from && self.order(n) <= self.order(seen_from) && distance(&&n).is_some()
        });
        // A layer may hand on what it was given: then the one that did so last.
        visible
            .min_by_key(|n| (distance(n), std::cmp::Reverse(self.order(**n))))
            .copied()
    }

    /// Calls and operations made directly in a call, in order.
    pub(crate) fn children(&self, call: usize) -> Vec<Node> {
        let mut all: Vec<(usize, Node)> = Vec::new();
        for (i, c) in self.graph.calls().iter().enumerate() {
            if c.parent == Some(call) {
                all.push((c.order, Node::Call(i)));
            }
        }
        for (i, o) in self.graph.nodes().iter().enumerate() {
            if o.call == Some(call) {
                all.push((o.order, Node::Op(i)));
            }
        }
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, node)| node).collect()
    }

    /// Whether a call is of a layer that is made of layers, so that a look inside says more than its name.
    pub(crate) fn is_composite(&self, call: usize) -> bool {
        self.graph.calls().iter().any(|c| c.parent == Some(call))
    }

    /// The name of a model's input.
    pub(crate) fn input_name(&self, index: usize) -> String {
        self.graph.input_names().swap_remove(index)
    }
}
