using XenKube.Ignition.Json;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.Validation;

/// <summary>A JSON document as the source of a config.</summary>
/// <param name="root">Its top node; null if there are no positions to be had.</param>
internal abstract class JsonSource(JsonNode? root) : SourceTree<JsonNode>(root)
{
    public override bool IsObject(JsonNode node) => node.Kind == JsonKind.Object;

    public override JsonNode? Member(JsonNode node, string name) => node.Member(name);

    public override JsonNode? Item(JsonNode node, int index) =>
        node.Kind == JsonKind.Array && index < node.Items.Count ? node.Items[index] : null;

    public override IEnumerable<(string Name, JsonNode Key)> Keys(JsonNode node) => node.Items.Select(member => (member.Key, member));
}
