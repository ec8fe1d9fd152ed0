using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>A field that holds a list of objects.</summary>
internal sealed class ClcListField<T, TChild>(string key, ClcShape<TChild> shape, ClcSlot<T, List<TChild>> slot) : ClcField<T>(key)
    where TChild : class, new()
{
    private readonly string type = "[]" + shape.Name;

    public override void Read(ClcDecoder decoder, YamlNode node, T owner) =>
        decoder.ReadList(node, ref slot(owner), type, (d, child) =>
        {
            var alias = d.Enter(ref child);
            var item = new TChild();
            var result = shape.ReadHere(d, child, item);
            d.Leave(alias);
            return (result != ClcReadResult.Mismatch, result == ClcReadResult.Reset ? new TChild() : item);
        });

    protected override void ValidateBelow(T owner, YamlPlace place, Report report)
    {
        var items = slot(owner);
        for (var index = 0; index < items.Count; index++)
        {
            shape.Validate(items[index], place.Item(index), report);
        }
    }
}
