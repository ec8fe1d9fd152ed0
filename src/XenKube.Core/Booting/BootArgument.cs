namespace XenKube.Booting;

/// <summary>An argument of a kernel's command line.</summary>
/// <param name="Text">The argument, such as <c>console=hvc0</c>.</param>
/// <param name="Origin">Where it comes from: a file with its line, the kernel file, or the guest's configuration.</param>
public sealed record BootArgument(string Text, string Origin)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
