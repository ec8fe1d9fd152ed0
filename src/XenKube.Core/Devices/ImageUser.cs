namespace XenKube.Devices;

/// <summary>A guest that has an image as a disk.</summary>
/// <param name="Description">The guest and what it is doing, as a clause: <c>the guest etcd-node-1 is running and has it as a
/// disk</c>.</param>
/// <param name="Remedy">What to do before the image can be changed.</param>
public sealed record ImageUser(string Description, Remedy Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => Description;
}
