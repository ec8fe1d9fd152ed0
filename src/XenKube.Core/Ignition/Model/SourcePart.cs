namespace XenKube.Ignition.Model;

/// <summary>The part of a document's node that a finding is about.</summary>
internal enum SourcePart
{
    /// <summary>The node's value.</summary>
    Value,

    /// <summary>The node is a key, or a member whose key is meant.</summary>
    Key,

    /// <summary>Something in the node that has no node of its own.</summary>
    Inner,
}
