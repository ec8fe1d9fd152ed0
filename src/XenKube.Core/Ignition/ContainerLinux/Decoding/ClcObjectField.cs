using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>Gives access to a field of an object.</summary>
internal delegate ref TValue ClcSlot<in T, TValue>(T owner);

/// <summary>A field that holds an object, which may be left out where it is optional.</summary>
internal sealed class ClcObjectField<T, TChild>(string key, ClcShape<TChild> shape, bool optional, ClcSlot<T, TChild?> slot) : ClcField<T>(key)
    where TChild : class, new()
{
    public override void Read(ClcDecoder decoder, YamlNode node, T owner)
    {
        var alias = decoder.Enter(ref node);
        if (optional && ClcDecoder.IsUnset(node))
        {
            if (node.IsImplicit || node.Tag == YamlTags.Null)
            {
                ClcDecoder.Resolve(node);
                slot(owner) = null;
            }
            else
            {
                decoder.AddMismatch(node, YamlTags.Str, "*" + shape.Name);
            }
        }
        else
        {
            ref var child = ref slot(owner);
            child ??= new TChild();
            if (shape.ReadHere(decoder, node, child) == ClcReadResult.Reset)
            {
                slot(owner) = new TChild();
            }
        }
        decoder.Leave(alias);
    }

    protected override void ValidateBelow(T owner, YamlPlace place, Report report)
    {
        if (slot(owner) is { } child)
        {
            shape.Validate(child, place, report);
        }
    }
}
