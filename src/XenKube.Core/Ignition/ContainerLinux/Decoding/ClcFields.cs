namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>Makes the fields of the schema.</summary>
internal static class ClcFields
{
    public static ClcField<T> Text<T>(string key, ClcSlot<T, string> slot, Func<T, ClcFinding?>? rule = null, string type = "string") =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadText(node, ref slot(owner), type)) { Rule = rule };

    public static ClcField<T> OptionalText<T>(string key, ClcSlot<T, string?> slot, Func<T, ClcFinding?>? rule = null) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadOptionalText(node, ref slot(owner))) { Rule = rule };

    public static ClcField<T> Number<T>(string key, ClcSlot<T, long> slot) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadNumber(node, ref slot(owner)));

    public static ClcField<T> OptionalNumber<T>(
        string key, ClcSlot<T, long?> slot, bool pointer = true, bool unsigned = false, Func<T, ClcFinding?>? rule = null) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadNumber(node, ref slot(owner), pointer, unsigned)) { Rule = rule };

    public static ClcField<T> Flag<T>(string key, ClcSlot<T, bool> slot) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadFlag(node, ref slot(owner)));

    public static ClcField<T> OptionalFlag<T>(string key, ClcSlot<T, bool?> slot) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadFlag(node, ref slot(owner)));

    public static ClcField<T> Texts<T>(string key, ClcSlot<T, List<string>> slot) =>
        new ClcValueField<T>(key, (decoder, node, owner) => decoder.ReadTexts(node, ref slot(owner)));

    public static ClcField<T> Object<T, TChild>(string key, ClcShape<TChild> shape, ClcSlot<T, TChild?> slot)
        where TChild : class, new() => new ClcObjectField<T, TChild>(key, shape, optional: false, slot);

    public static ClcField<T> OptionalObject<T, TChild>(string key, ClcShape<TChild> shape, ClcSlot<T, TChild?> slot, bool pointer = true)
        where TChild : class, new() => new ClcObjectField<T, TChild>(key, shape, pointer, slot);

    public static ClcField<T> Objects<T, TChild>(string key, ClcShape<TChild> shape, ClcSlot<T, List<TChild>> slot)
        where TChild : class, new() => new ClcListField<T, TChild>(key, shape, slot);
}
