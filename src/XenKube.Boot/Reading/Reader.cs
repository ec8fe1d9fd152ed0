using Microsoft.Win32.SafeHandles;
using XenKube.Boot.Protocol;
using XenKube.Booting;
using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Boot.Reading;

/// <summary>
/// The part of the program that looks into a guest's disk: it determines what is booted, unpacks the kernel and answers. It has no
/// rights when it reads the first byte.
/// </summary>
internal static class Reader
{
    private const int DiskDescriptor = 3;
    private const int KernelDescriptor = 4;
    private const int InitrdDescriptor = 5;
    private const int RootDescriptor = 6;
    private const int AnswerDescriptor = 7;

    /// <summary>Runs the reader.</summary>
    /// <returns>The exit code: 0 where it has answered, 1 where nobody takes the answer.</returns>
    public static int Run(string[] arguments)
    {
        var options = LoaderOptions.Parse(arguments);
        using var kernel = new FileStream(Handle(KernelDescriptor), FileAccess.ReadWrite, bufferSize: 0);
        using var initrd = new FileStream(Handle(InitrdDescriptor), FileAccess.ReadWrite, bufferSize: 0);
        using var answer = new FileStream(Handle(AnswerDescriptor), FileAccess.Write, bufferSize: 0);
        using var device = FileDevice.Over(options.DiskPath, Handle(DiskDescriptor));
        var encoded = Answer(options, device, new BootTarget(kernel, initrd), answer.SafeFileHandle).Encode();
        try
        {
            answer.Write(encoded);
            return 0;
        }
        catch (IOException)
        {
            return 1;
        }
    }

    private static SafeFileHandle Handle(int descriptor) => new(descriptor, ownsHandle: true);

    private static Answer Answer(LoaderOptions options, BlockDevice device, BootTarget target, SafeFileHandle pipe)
    {
        try
        {
            Confinement.Enter(options.RunAs, Handle(RootDescriptor), pipe);
        }
        catch (IOException e)
        {
            return new Answer { Problem = $"the rights to harm this machine could not be given up: {e.Message}" };
        }
        try
        {
            using var disk = DiskImage.Open(device);
            var loaded = new BootPlanner(disk, options.Boot).Load(target);
            if (!loaded.Plan.IsBootable)
            {
                return new Answer { Problem = loaded.Plan.Problem!, Advice = loaded.Plan.Advice };
            }
            var attributes = loaded.Taken.Where(slot => slot.TriesAfter != slot.Tries)
                .ToDictionary(slot => slot.Partition.Number, slot => slot.AttributesAfter);
            return new Answer
            {
                Sentences = BootSentences.Of(loaded.Plan, options),
                CommandLine = loaded.Plan.CommandLine,
                Steps = attributes.Count == 0 || !options.Counts ? [] : GptEdit.SetAttributes(device, attributes),
            };
        }
        catch (XenKubeException e)
        {
            // The loader names the disk itself.
            var fault = e.File != options.DiskPath ? e.Fault : e.Place is null ? e.Reason : $"{e.Place}: {e.Reason}";
            return new Answer { Problem = fault, Advice = e.Remedy ?? "" };
        }
        catch (OutOfMemoryException)
        {
            return new Answer { Problem = "what the disk holds needs more memory than a boot loader may take" };
        }
        catch (IOException e)
        {
            return new Answer { Problem = e.Message };
        }
    }
}
