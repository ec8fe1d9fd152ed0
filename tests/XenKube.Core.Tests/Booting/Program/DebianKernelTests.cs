using System.Buffers.Binary;
using System.Security.Cryptography;
using XenKube.Booting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting.Program;

/// <summary>
/// Kernels as Debian builds them, in the place of forged ones: tests/boot/fetch-kernels.sh brings them to artifacts/kernels, where apt has them.
/// </summary>
[Trait("Kind", "Process")]
public sealed class DebianKernelTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("6.1", "xz")]
    [InlineData("6.12", "zstd")]
    public void Kernel_of_debian_boots_and_is_what_the_tool_unpacks(string version, string format)
    {
        var path = Path.Combine(Project.Root, "artifacts", "kernels", version, "vmlinuz");
        Assert.SkipUnless(File.Exists(path), "no kernels of Debian: tests/boot/fetch-kernels.sh artifacts/kernels");
        Tool.Need(format);
        LayoutImage.NeedTools();
        var kernel = File.ReadAllBytes(path);
        var expected = Unpack(kernel, format);
        using var image = LayoutImage.Flatcar(new Dictionary<string, byte[]> { ["flatcar/vmlinuz-a"] = kernel, ["flatcar/first_boot"] = [1] });
        foreach (var type in (BootGuestType[])[BootGuestType.Pv, BootGuestType.Pvh])
        {
            var plan = BootPlan.Make(image.Path, new BootPlanOptions { GuestType = type, ReadNotes = true });
            Assert.Equal((null, true, format), (plan.Problem, plan.CanRun, plan.Compression));
            Assert.StartsWith(version + ".", plan.KernelVersion, StringComparison.Ordinal);
        }
        var result = BootProgram.Boot(_directory, image.Path, "--guest-type=pv").ShouldBoot();
        Assert.Equal(expected, result.KernelHash);
    }

    // The payload by the setup header of the boot protocol; the last four bytes are the size when unpacked.
    private string Unpack(byte[] kernel, string tool)
    {
        var start = ((kernel[0x1F1] + 1) * 512) + BinaryPrimitives.ReadInt32LittleEndian(kernel.AsSpan(0x248));
        var length = BinaryPrimitives.ReadInt32LittleEndian(kernel.AsSpan(0x24C)) - sizeof(int);
        var packed = _directory.Write("payload", kernel.AsSpan(start, length).ToArray());
        Tool.Run("sh", "-c", "\"$0\" -dcq < \"$1\" > \"$2\"", tool, packed, _directory["plain"]).ShouldSucceed();
        using var plain = File.OpenRead(_directory["plain"]);
        return Convert.ToHexStringLower(SHA256.HashData(plain));
    }
}
