//! The model file taken apart: what rten runs, the layers between, and the last layer.

use std::collections::{BTreeMap, BTreeSet};

use rten_onnx::onnx::{
    AttributeProto, DataType, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto,
};

use crate::depthwise::{Depthwise, SIDE};
use crate::error::{Error, Result};

/// A model file in its parts.
pub struct ModelFile {
    /// Stretches that are followed by a depthwise layer, each a model file of its own, in the order in which they run.
    pub(crate) stretches: Vec<(Vec<u8>, Depthwise)>,
    pub(crate) last_stretch: Vec<u8>,
    pub(crate) last_layer: LastLayer,
    characters: String,
}

/// Weights of the layer whose outputs are the classes, one row a feature and one column a class.
pub(crate) struct LastLayer {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl ModelFile {
    /// Takes an ONNX file apart.
    pub fn parse(file: &[u8]) -> Result<Self> {
        let model = ModelProto::parse_buf(file).map_err(|error| Error::Model(error.to_string()))?;
        let characters = model
            .metadata_props
            .iter()
            .find(|entry| entry.key.as_deref() == Some("character"))
            .and_then(|entry| entry.value.clone())
            .ok_or(Error::Shape("its list of characters is missing"))?;
        let mut graph = model.graph.ok_or(Error::Shape("it has no graph"))?;
        let [input] = &graph.input[..] else { return Err(Error::Shape("it does not have one input")) };
        let mut input = name(input).to_owned();
        let mut nodes = std::mem::take(&mut graph.node);
        let mut source = Source::new(graph, model.ir_version, model.opset_import);

        let (last_layer, features) = source.last_layer(&mut nodes)?;
        let mut stretches = Vec::new();
        let mut stretch = Vec::new();
        let mut nodes = nodes.into_iter();
        while let Some(node) = nodes.next() {
            if !is_depthwise(&node) {
                stretch.push(node);
                continue;
            }
            let bias = nodes.next().ok_or(Error::Shape("a depthwise layer is the last one"))?;
            let layer = source.depthwise(&node, &bias)?;
            let file = source.encode(std::mem::take(&mut stretch), &input, &node.input[0])?;
            stretches.push((file, layer));
            input = output(&bias)?.to_owned();
        }
        let last_stretch = source.encode(stretch, &input, &features)?;
        Ok(Self { stretches, last_stretch, last_layer, characters })
    }

    /// The characters of the classes from 1 on, one a line; class 0 is the blank.
    pub fn characters(&self) -> &str {
        &self.characters
    }

    /// How many classes the network tells apart.
    pub fn class_count(&self) -> usize {
        self.last_layer.bias.len()
    }
}

fn name(value: &ValueInfoProto) -> &str {
    value.name.as_deref().unwrap_or_default()
}

fn output(node: &NodeProto) -> Result<&str> {
    node.output.first().map(String::as_str).ok_or(Error::Shape("a node has no output"))
}

fn is(node: &NodeProto, operator: &str) -> bool {
    node.op_type.as_deref() == Some(operator)
}

fn ints<'a>(node: &'a NodeProto, attribute: &str) -> &'a [i64] {
    let named = |a: &&AttributeProto| a.name.as_deref() == Some(attribute);
    node.attribute.iter().find(named).map_or(&[], |a| &a.ints)
}

/// Whether it is a 3 by 3 convolution with a group for each channel, as [`Depthwise`] computes them.
fn is_depthwise(node: &NodeProto) -> bool {
    let side = SIDE as i64;
    let grouped = node.attribute.iter().any(|a| a.name.as_deref() == Some("group") && a.i > Some(1));
    is(node, "Conv")
        && grouped
        && ints(node, "kernel_shape") == [side, side]
        && ints(node, "pads") == [1; 4]
        && ints(node, "dilations") == [1; 2]
        && matches!(ints(node, "strides"), [1 | 2, 1])
}

/// What the parts are cut from; weights are moved and not copied.
struct Source {
    weights: BTreeMap<String, TensorProto>,
    values: BTreeMap<String, ValueInfoProto>,
    ir_version: Option<i64>,
    opset_import: Vec<OperatorSetIdProto>,
}

impl Source {
    fn new(graph: GraphProto, ir_version: Option<i64>, opset_import: Vec<OperatorSetIdProto>) -> Self {
        let values = graph.input.into_iter().chain(graph.value_info);
        Self {
            weights: graph.initializer.into_iter().map(|t| (t.name.clone().unwrap_or_default(), t)).collect(),
            values: values.map(|value| (name(&value).to_owned(), value)).collect(),
            ir_version,
            opset_import,
        }
    }

    /// Takes a tensor's numbers and dimensions.
    fn numbers(&mut self, name: &str) -> Result<(Vec<f32>, Vec<i64>)> {
        let tensor = self.weights.remove(name).ok_or(Error::Shape("a layer has no weights of its own"))?;
        let raw = tensor.raw_data.ok_or(Error::Shape("a layer's weights are no raw data"))?.into_inner();
        if tensor.data_type != Some(DataType::FLOAT) {
            return Err(Error::Shape("a layer's weights are no 32-bit numbers"));
        }
        let numbers = raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok((numbers, tensor.dims))
    }

    fn depthwise(&mut self, node: &NodeProto, bias: &NodeProto) -> Result<Depthwise> {
        let ([_, weights], [sum, addend]) = (&node.input[..], &bias.input[..]) else {
            return Err(Error::Shape("a depthwise layer has other inputs"));
        };
        if !is(bias, "Add") || output(node)? != sum {
            return Err(Error::Shape("a depthwise layer has no bias"));
        }
        let stride = if ints(node, "strides") == [2, 1] { 2 } else { 1 };
        Depthwise::new(&self.numbers(weights)?.0, self.numbers(addend)?.0, stride)
    }

    /// Takes the last layer off the nodes: a product, a bias and the softmax. The second value is the name of its input.
    fn last_layer(&mut self, nodes: &mut Vec<NodeProto>) -> Result<(LastLayer, String)> {
        let another = || Error::Shape("it does not end in a fully connected layer with softmax");
        let mut take = |operator| nodes.pop().filter(|node| is(node, operator)).ok_or_else(another);
        take("Softmax")?;
        take("Identity")?;
        let (sum, product) = (take("Add")?, take("MatMul")?);
        let ([features, weights], [_, bias]) = (&product.input[..], &sum.input[..]) else { return Err(another()) };
        let (bias, _) = self.numbers(bias)?;
        let (weights, dims) = self.numbers(weights)?;
        if dims.len() != 2 || dims[1] as usize != bias.len() || weights.is_empty() {
            return Err(Error::Shape("the last layer's weights do not fit its bias"));
        }
        Ok((LastLayer { weights, bias }, features.clone()))
    }

    /// A model file of some nodes that follow each other.
    fn encode(&mut self, nodes: Vec<NodeProto>, input: &str, output: &str) -> Result<Vec<u8>> {
        let mut known: BTreeSet<&str> = BTreeSet::from([input]);
        let mut weights = Vec::new();
        for node in &nodes {
            for value in &node.input {
                if known.insert(value) {
                    weights
                        .push(self.weights.remove(value).ok_or(Error::Shape("a layer looks past a depthwise layer"))?);
                }
            }
            known.extend(node.output.iter().map(String::as_str));
        }
        if !known.contains(output) {
            return Err(Error::Shape("a layer's input is not there"));
        }
        let value = |name: &str| self.values.get(name).cloned().into_iter().collect();
        let (input, output) = (value(input), value(output));
        let graph = GraphProto { node: nodes, initializer: weights, input, output, value_info: Vec::new() };
        let model = ModelProto {
            ir_version: self.ir_version,
            graph: Some(graph),
            opset_import: self.opset_import.clone(),
            ..ModelProto::default()
        };
        model.write_buf().map_err(|error| Error::Model(error.to_string()))
    }
}
