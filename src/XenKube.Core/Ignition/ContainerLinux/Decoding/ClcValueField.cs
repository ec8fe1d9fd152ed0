using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>A field that holds a text, a number, a bool or a list of texts.</summary>
/// <param name="key">The key.</param>
/// <param name="read">Reads the value into the field.</param>
internal sealed class ClcValueField<T>(string key, Action<ClcDecoder, YamlNode, T> read) : ClcField<T>(key)
{
    public override void Read(ClcDecoder decoder, YamlNode node, T owner) => read(decoder, node, owner);
}
